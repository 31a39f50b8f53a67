"""The bench `evaluation` on a small table: what it streams is a table that rr-eval accepts."""

from pathlib import Path

import numpy as np
import pytest

from recipes.bench import evaluation_step
from recipes.bench.evaluation_data import LIST, predictions_file
from rr_eval import Predictions, target_ranks


def test_the_generated_table_has_two_systems_whose_ranks_fit_their_lists(tmp_path: Path) -> None:
    path = predictions_file(tmp_path, rows=4000)
    table = Predictions.read(path)
    assert table.systems == ("a", "b")
    assert len(table) == 4000
    for system, hit in (("a", 0.06), ("b", 0.065)):
        ranks = target_ranks(table.of_system(system)).ranks
        assert np.mean(ranks == 1) == pytest.approx(hit, abs=0.02)
        assert np.mean(ranks > LIST) == pytest.approx((1 - hit) ** LIST, abs=0.05)
    written = path.stat().st_mtime_ns
    assert predictions_file(tmp_path, rows=4000).stat().st_mtime_ns == written  # kept, not generated again


def test_every_way_of_measuring_finds_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_step, "QUERIES", 300)
    expected = evaluation_step.rr_eval_step()()
    assert evaluation_step.table_step()() == pytest.approx(expected)
    assert evaluation_step.torchmetrics_step()() == pytest.approx(expected, abs=1e-6)
