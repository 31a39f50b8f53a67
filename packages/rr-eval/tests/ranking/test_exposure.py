"""What part of a catalogue is recommended: by hand and RecBole's values."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rr_eval import (
    InvalidArgumentError,
    InvalidPredictionsError,
    SideTable,
    average_popularity,
    catalogue_use,
    coverage,
    exposure,
    gini,
    novelty,
    popularity_bias,
)


def test_by_hand():
    shown = exposure([[0, 2, 1], [0, 1, -1], [0, -1, -1]], n_items=4, k=2)
    assert shown.tolist() == [3, 1, 1, 0]
    assert coverage(shown) == 0.75
    assert gini(shown) == pytest.approx((-3 * 0 - 1 * 1 + 1 * 1 + 3 * 3) / (4 * 5))
    assert average_popularity(shown, [8, 4, 2, 1]) == (24 + 4 + 2) / 5
    assert popularity_bias(shown, [8, 4, 2, 1]) == pytest.approx(6 / (85 / 15))
    assert novelty(shown, [8, 4, 2, 0], n_users=8) == pytest.approx((0 * 3 + 1 + 2) / 5)


def test_recbole():
    metrics = pytest.importorskip("recbole.evaluator.metrics")
    rng = np.random.default_rng(0)
    config = {"topk": [10], "metric_decimal_place": 12}
    for _ in range(50):
        n_items = int(rng.integers(10, 60))
        items = rng.permuted(np.tile(np.arange(n_items), (20, 1)), axis=1)[:, :10]
        shown = exposure(items, n_items=n_items, k=10)
        assert gini(shown) == pytest.approx(metrics.GiniIndex(config).get_gini(items, n_items), abs=1e-9)
        assert coverage(shown) == pytest.approx(metrics.ItemCoverage(config).get_coverage(items, n_items), abs=1e-9)


def test_nothing_shown_and_bad_arguments():
    assert math.isnan(gini([0, 0]))
    assert math.isnan(average_popularity([0, 0], [1, 1]))
    for call in (
        lambda: exposure([[4]], n_items=4, k=1), lambda: exposure([[0]], n_items=4, k=0), lambda: coverage([]),
        lambda: gini([-1]), lambda: novelty([1], [5], n_users=3), lambda: popularity_bias([1], [0]),
        lambda: average_popularity([1, 1], [1]), lambda: exposure([0.5], n_items=2, k=1),
    ):  # fmt: skip
        with pytest.raises(InvalidArgumentError):
            call()


def test_a_table_against_a_catalogue(make_predictions, tmp_path):
    pq.write_table(pa.table({"item_id": ["a", "b", "c", "d"], "count": [8, 4, 2, 1]}), tmp_path / "items.parquet")
    items = SideTable.read(tmp_path / "items.parquet", subject="item")
    table = make_predictions([["a", "b", "c"], ["a", "c", "b"], ["a"]], ["a"] * 3)
    use = catalogue_use(table, items, k=2)["tool"]
    assert (use.coverage, use.popularity) == (0.75, (24 + 4 + 2) / 5)
    assert catalogue_use([table, make_predictions([], [])], items, k=2) == {"tool": use}
    with pytest.raises(InvalidPredictionsError, match="item 'x'"):
        catalogue_use(make_predictions([["x"]], ["x"]), items, k=1)
    with pytest.raises(InvalidArgumentError):
        catalogue_use(table, items, k=0)
