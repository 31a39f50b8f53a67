"""What the sections compute before anything is drawn."""

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, InvalidPredictionsError, Predictions, evaluate
from rr_eval.report import (
    CostQualityChart,
    CurveChart,
    DecisionCase,
    ItemCard,
    OperatingPoint,
    Phase,
    Provenance,
    RadarChart,
    ReliabilityDiagram,
    ResultsTable,
    Series,
    report_from_predictions,
    risk_coverage_chart,
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


def test_cost_and_quality_number_the_systems_by_cost_and_mark_the_line():
    points = [("cheap", 1e3, 0.1), ("dull", 1e5, 0.15), ("dear", 1e6, 0.3), ("limit", 1e6, 0.5)]
    chart = CostQualityChart(
        "c", [OperatingPoint(n, cost, q, q - 0.05, q + 0.05, n == "limit") for n, cost, q in points], "HR@5"
    )
    assert [(number, point.name, kept) for number, point, _, kept in chart.rows] == [
        (1, "cheap", True),
        (2, "dull", True),  # a tenth of the cost for more than a tenth of what is gained
        (3, "dear", True),
        (4, "limit", False),
    ]
    drawing = chart.drawing(880, 360)
    assert all(drawing.left <= mark.x <= drawing.right for mark in drawing.marks)
    assert all(drawing.top <= mark.high <= mark.y <= mark.low <= drawing.bottom for mark in drawing.marks)
    ends = drawing.hull.removeprefix("M").split("L")
    assert ends[0] == f"{drawing.marks[0].x} {drawing.marks[0].y}"
    assert ends[-1] == f"{drawing.marks[2].x} {drawing.marks[2].y}"
    with pytest.raises(InvalidArgumentError, match="above 0"):
        CostQualityChart("c", [OperatingPoint("free", 0.0, 0.1, 0.1, 0.1)], "HR@5")


def test_costs_of_an_evaluation(routed):
    evaluation = evaluate(routed, seed=0)
    chart = CostQualityChart.from_evaluation(evaluation, metric="HR@5", spent="latency_ms", bounds=["agent"])
    assert [point.cost for point in chart.points] == sorted(cost.latency_ms for cost in evaluation.costs.values())
    assert [point.name for point in chart.points if point.is_bound] == ["agent"]


def test_the_radar_ends_each_axis_at_its_largest_value():
    chart = RadarChart("r", ["up", "right", "down", "left"], {"a": [2, 1, 0, 4], "b": [1, 3, 0, 4]})
    assert chart.ends == [2, 3, 0, 4]
    drawing = chart.drawing(400, 400)
    x, y = drawing.centre
    radius = y - drawing.spokes[0].y
    assert dict(drawing.shapes)["a"] == f"{x},{y - radius} {round(x + radius / 3, 1)},{y} {x},{y} {x - radius},{y}"
    assert [spoke.anchor for spoke in drawing.spokes] == ["middle", "start", "middle", "end"]
    for axes, values in ((["a", "b"], {"s": [1, 2]}), (["a", "b", "c"], {"s": [1, 2, -1]}), (["a", "b", "c"], {})):
        with pytest.raises(InvalidArgumentError):
            RadarChart("r", axes, values)


def test_risk_and_coverage_end_at_the_share_of_wrong_answers(routed):
    chart = risk_coverage_chart(routed, systems=["agent", "weak tool"], k=5)
    (series,) = chart.series  # the tool states no confidence
    assert series.steps[-1] == 1
    assert series.values[-1] == pytest.approx(1 - evaluate(routed, seed=0).score("agent", "HR@5").value)
    with pytest.raises(InvalidPredictionsError, match="only nulls"):
        risk_coverage_chart(routed, systems=["weak tool"], k=5)


def test_a_report_from_predictions_alone(routed):
    report = report_from_predictions(routed, title="T", provenance=Provenance("c"), seed=0, bounds=["agent"])
    titles = [section.title for section in report.sections]
    assert titles == [
        *("Results", "Quality and cost", "Group by group"),
        *("Routes of agent", "Calibration of agent", "Risk and coverage"),
    ]
    assert report.summary.startswith("3 systems answered 120 sequential queries. The highest HR@5 is")
    assert report.summary.endswith("by strong tool.")
