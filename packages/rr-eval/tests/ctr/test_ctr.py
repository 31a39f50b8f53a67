"""Click-through metrics: scikit-learn's values, ties, and what they refuse."""

import math

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, InvalidPredictionsError, auc, brier, evaluate, gauc, log_loss
from rr_eval.ctr.auc import auc_statistics


def cases(n: int):
    rng = np.random.default_rng(0)
    for _ in range(n):
        size = int(rng.integers(2, 40))
        yield rng.integers(0, 2, size), rng.integers(0, 12, size) / 11, rng.integers(0, 5, size)


@pytest.mark.parametrize("n", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_auc_and_losses_equal_scikit_learn(n):
    metrics = pytest.importorskip("sklearn.metrics")
    checked = 0
    for labels, scores, _ in cases(n):
        assert log_loss(labels, scores).mean() == pytest.approx(
            metrics.log_loss(labels, scores, labels=[0, 1]), abs=1e-9
        )
        assert brier(labels, scores).mean() == pytest.approx(np.mean((scores - labels) ** 2), abs=1e-12)
        if 0 < labels.sum() < len(labels):
            expected = metrics.roc_auc_score(labels, scores)
            assert auc(labels, scores) == pytest.approx(expected, abs=1e-9)
            assert auc_statistics(labels.astype(bool), scores).value == pytest.approx(expected, abs=1e-9)
            checked += 1
    assert checked > 0.9 * n


def test_gauc_is_the_weighted_mean_of_aucs():
    for labels, scores, users in cases(300):
        parts = [(auc(labels[users == u], scores[users == u]), np.sum(users == u)) for u in np.unique(users)]
        kept = [(value, n) for value, n in parts if not math.isnan(value)]
        expected = sum(value * n for value, n in kept) / sum(n for _, n in kept) if kept else math.nan
        assert gauc(labels, scores, users) == pytest.approx(expected, nan_ok=True)


def test_one_class_has_no_auc():
    assert math.isnan(auc([1, 1], [0.2, 0.3]))
    assert math.isnan(gauc([1, 0], [0.2, 0.3], ["a", "b"]))
    assert log_loss([1], [0.0]).tolist() == pytest.approx([36.04], abs=0.01)


@pytest.mark.parametrize(
    ("labels", "scores"), [([1, 2], [0.1, 0.2]), ([1], [0.1, 0.2]), ([], []), ([1], [np.nan]), ([1], [1.5])]
)
def test_bad_arguments_are_refused(labels, scores):
    with pytest.raises(InvalidArgumentError):
        log_loss(labels, scores)
    assert auc([1, 0], [15.0, -3.0]) == 1  # any scores do for an order


def clicks(make_predictions, labels, scores, **columns):
    return make_predictions(
        [["i"]] * len(labels), ["i"] * len(labels), task="ctr", scores=[[s] for s in scores], label=labels, **columns
    )


def test_a_table_of_clicks(make_predictions):
    table = clicks(make_predictions, [1, 0, 1, 0], [0.9, 0.2, 0.5, 0.5], user_id=["a", "a", "b", "b"])
    found = evaluate(table, metrics=["auc", "GAUC", "logloss", "Brier"], seed=0)
    assert [found.score("tool", name).value for name in ("AUC", "GAUC")] == [0.875, 0.75]
    assert found.score("tool", "GAUC").n == 2
    assert found.answers["tool"].tied_share == 0.5
    assert found.score("tool", "Brier").value == pytest.approx((0.01 + 0.04 + 0.25 + 0.25) / 4)


def test_the_bootstrap_interval_of_auc_is_delongs(make_predictions):
    rng = np.random.default_rng(0)
    labels = rng.random(3000) < 0.3
    scores = 1 / (1 + np.exp(-rng.normal(labels.astype(float), 1)))
    found = evaluate(clicks(make_predictions, labels.astype(int), scores), metrics=["AUC"], seed=0)
    cell = found.score("tool", "AUC")
    resampled = [auc(labels[rows], scores[rows]) for rows in rng.integers(0, 3000, (300, 3000))]
    low, high = np.quantile(resampled, [0.025, 0.975])
    assert (cell.low, cell.high) == pytest.approx((low, high), abs=0.006)


def test_a_table_that_lacks_what_clicks_need_is_refused(make_predictions):
    with pytest.raises(InvalidPredictionsError, match=r"'label'.*a table without it"):
        evaluate(make_predictions([["a"]], ["a"], task="ctr"), seed=0)
    with pytest.raises(InvalidPredictionsError, match="both 0 and 1, for AUC"):
        evaluate(clicks(make_predictions, [1, 1], [0.1, 0.2]), seed=0)
    with pytest.raises(InvalidPredictionsError, match="one item and its click probability"):
        evaluate(make_predictions([["a", "b"]], ["a"], task="ctr", label=[1]), seed=0)
    with pytest.raises(InvalidArgumentError, match="numbers in"):
        evaluate(clicks(make_predictions, [1, 0], [1.5, 0.2]), seed=0)
