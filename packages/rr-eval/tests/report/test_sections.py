"""What the sections compute before anything is drawn."""

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, InvalidPredictionsError, Predictions, evaluate
from rr_eval.report import (
    CurveChart,
    DecisionCase,
    ItemCard,
    Phase,
    Provenance,
    ReliabilityDiagram,
    ResultsTable,
    Series,
    report_from_predictions,
)
from rr_eval.report.picture import data_uri
from rr_eval.report.scale import nice_ticks


def test_bold_needs_significance(routed, make_predictions):
    table = ResultsTable.from_evaluation(evaluate(routed, seed=0))
    assert not any(cell.best for row in table.rows for cell in row.cells)
    winner = make_predictions([["t"]] * 50, ["t"] * 50, system="winner")
    loser = make_predictions([["a"]] * 50, ["t"] * 50, system="loser")
    rows = ResultsTable.from_evaluation(evaluate(Predictions.concat([winner, loser]), seed=0)).rows
    assert [[cell.best for cell in row.cells] for row in rows] == [[True, True], [False, False]]
    bounded = ResultsTable.from_evaluation(evaluate(Predictions.concat([winner, loser]), seed=0), bounds=["winner"])
    assert not any(cell.best for row in bounded.rows for cell in row.cells)


def test_bars_share_a_scale_and_stay_inside(routed):
    table = ResultsTable.from_evaluation(evaluate(routed, seed=0), reference="agent")
    for column in zip(*(row.cells for row in table.rows), strict=True):
        assert len({cell.full for cell in column}) == 1
        assert max(float(cell.place(cell.high)[:-1]) for cell in column) == 100
    assert [row.is_reference for row in table.rows] == [True, False, False]
    assert table.rows[0].cells[0].difference is None
    assert table.rows[2].cells[0].significant


def test_a_metric_that_is_zero_everywhere_has_empty_bars(make_predictions):
    table = ResultsTable.from_evaluation(evaluate(make_predictions([["a"]], ["t"]), metrics=["HR@1"], seed=0))
    assert table.rows[0].cells[0].place(0.0) == "0.00%"


def test_curves_stay_inside_the_chart():
    steps = np.arange(5000)
    chart = CurveChart("c", [Series("loss", steps, np.sin(steps) + 3)], [Phase("all", 0, 6000)])
    drawing = chart.drawing(880, 320)
    numbers = [float(n) for n in drawing.curves[0].band.replace("M", "").replace("Z", "").replace("L", " ").split()]
    assert min(numbers[0::2]) >= drawing.left
    assert max(numbers[0::2]) <= drawing.right
    assert min(numbers[1::2]) >= drawing.top
    assert max(numbers[1::2]) <= drawing.bottom
    assert len(numbers) == 2 * 2 * 160
    assert drawing.phases[0].label == "1 all"
    assert chart.drawing(90, 320).phases[0].label == "1"


def test_a_flat_curve_and_a_single_point_can_be_drawn():
    chart = CurveChart("c", [Series("flat", [1, 2, 3], [0.0, 0.0, 0.0]), Series("dot", [2], [0.0])])
    curves = chart.drawing(400, 300).curves
    assert curves[0].line.count("L") == 2
    assert curves[1].dot is not None


@pytest.mark.parametrize(
    ("steps", "values"), [([], []), ([1, 2], [1.0]), ([2, 1], [1.0, 2.0]), ([1], [np.nan]), ([1, 1], [1.0, 1.0])]
)
def test_bad_series_are_refused(steps, values):
    with pytest.raises(InvalidArgumentError, match="series 'loss'"):
        Series("loss", steps, values)


def test_bad_phases_charts_and_cases_are_refused():
    with pytest.raises(InvalidArgumentError, match="phase 'x'"):
        Phase("x", 5, 5)
    with pytest.raises(InvalidArgumentError, match="at least one curve"):
        CurveChart("c", [])
    item = ItemCard("a", "A")
    with pytest.raises(InvalidArgumentError, match="route: received 'vlm'"):
        DecisionCase("U", [], "", None, "vlm", "", [], [item], item)
    with pytest.raises(InvalidArgumentError, match="confidence"):
        DecisionCase("U", [], "", 1.5, "both", "", [], [item], item)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (2.1, 7.9, [2, 4, 6, 8]), (5, 5, [5, 6]), (-3, 3, [-4, -2, 0, 2, 4])],
)
def test_ticks_are_round_and_enclose(low, high, ticks):
    assert nice_ticks(low, high, at_most=5)[: len(ticks)] == pytest.approx(ticks)
    assert nice_ticks(low, high, at_most=5)[-1] >= high


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"\xff\xd8\xff\xe0rest", "data:image/jpeg;base64,"),
        (b"GIF89a", "data:image/gif;base64,"),
        (b"RIFF0000WEBPVP8 ", "data:image/webp;base64,"),
        (b"<svg onload='x'>", None),
        (b"", None),
    ],
)
def test_only_pictures_become_data_uris(tmp_path, content, start):
    (tmp_path / "file").write_bytes(content)
    found = data_uri(tmp_path / "file")
    assert found is None if start is None else (found or "").startswith(start)
    assert data_uri(tmp_path) is None


def test_reliability_of_a_system(routed):
    diagram = ReliabilityDiagram.from_predictions(routed, system="agent", k=3)
    drawing = diagram.drawing(400)
    assert (diagram.n, len(drawing.marks), len(diagram.rows)) == (120, 15, 15)
    assert all(drawing.top <= mark.high <= mark.y <= mark.low <= drawing.bottom for mark in drawing.marks)
    with pytest.raises(InvalidPredictionsError, match="only nulls for system 'weak tool'"):
        ReliabilityDiagram.from_predictions(routed, system="weak tool", k=3)


def test_a_report_from_predictions_alone(routed):
    report = report_from_predictions(routed, title="T", provenance=Provenance("c"), seed=0, bounds=["agent"])
    assert [section.title for section in report.sections] == ["Results", "Routes of agent", "Calibration of agent"]
    assert report.summary.startswith("3 systems answered 120 sequential queries. The highest HR@5 is")
    assert report.summary.endswith("by strong tool.")
