import numpy as np
import pytest

from rr_planner import CalibrationError, MostUseful, OutcomeTable, RandomTool, fit_selection
from rr_planner.selection import BestInHindsight

pytest.importorskip("lightgbm", reason="needs the extra calibration")


@pytest.fixture(scope="module")
def found(outcomes, quick):
    return fit_selection(OutcomeTable.of(**outcomes()), options=quick)


def test_between_random_and_oracle_on_fresh_queries(found, outcomes):
    fresh = OutcomeTable.of(**outcomes(seed=6))
    everybody, each = np.ones(fresh.tools.shape, dtype=bool), np.arange(len(fresh))
    oracle = BestInHindsight.from_gains(fresh.signals.ids, fresh.signals.tool_names, fresh.tools)
    drawn, learned, best = (
        fresh.tools[one.select(fresh.signals, everybody), each].mean()
        for one in (RandomTool(), found.selection, oracle)
    )
    assert drawn == pytest.approx(found.random, abs=0.03)
    assert best == pytest.approx(found.oracle, abs=0.03)
    assert (learned - drawn) / (best - drawn) > 0.2
    assert learned == pytest.approx(found.gain.value, abs=0.03)
    assert found.best_overall <= found.gain.value
    assert 0.2 < found.gap_closed < 1


def test_by_query_and_not_one_tool_for_all(found, outcomes):
    signals = OutcomeTable.of(**outcomes(seed=6)).signals
    chosen = found.selection.select(signals, np.ones(signals.tool_confidence.shape, dtype=bool))
    assert (chosen[signals.evidence_horizon < 0.4] == 0).mean() > 0.95
    assert (chosen[signals.evidence_horizon > 0.9] == 1).mean() > 0.8


def test_file_with_figures(found, tmp_path):
    found.selection.save(tmp_path / "selection.json", calibration=found.to_dict())
    assert MostUseful.load(tmp_path / "selection.json").hash == found.selection.hash


def test_the_seed_decides(outcomes, quick, found):
    table = OutcomeTable.of(**outcomes())
    assert fit_selection(table, options=quick).selection.hash == found.selection.hash


def test_too_few_queries_or_users(outcomes, quick):
    with pytest.raises(CalibrationError, match="120 queries of 60 users"):
        fit_selection(OutcomeTable.of(**outcomes(120)), options=quick)
    with pytest.raises(CalibrationError, match="2000 queries of 1 users"):
        fit_selection(OutcomeTable.of(**outcomes() | {"users": np.zeros(2000)}), options=quick)
