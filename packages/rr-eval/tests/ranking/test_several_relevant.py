"""Ranking metrics with any number of relevant items: by hand, and against a slow reading of the definitions."""

import math

import numpy as np
import pytest

from rr_eval import (
    InvalidArgumentError,
    average_precision,
    hit_rate,
    mrr,
    ndcg,
    precision,
    ranks_of_relevant,
    ranks_of_targets,
    recall,
    user_auc,
)

RANKS, OFFSETS = [3, 1, 6, math.inf, 2], [0, 3, 3, 5]  # three relevant items, none, two


def values(metric, **options):
    return metric(RANKS, OFFSETS, **options).tolist()


def test_hand_computed():
    nan = pytest.approx(math.nan, nan_ok=True)
    assert values(hit_rate, k=1) == [1, nan, 0]
    assert values(recall, k=5) == [pytest.approx(2 / 3), nan, 0.5]
    assert values(precision, k=5) == [0.4, nan, 0.2]
    assert values(mrr) == [1, nan, 0.5]
    assert values(mrr, k=1) == [1, nan, 0]
    assert values(average_precision) == [pytest.approx((1 + 2 / 3 + 3 / 6) / 3), nan, 0.25]
    assert values(average_precision, k=2) == [0.5, nan, 0.25]
    ideal = 1 + 1 / math.log2(3) + 0.5
    assert values(ndcg, k=5) == [
        pytest.approx(1.5 / ideal), nan, pytest.approx(1 / math.log2(3) / (1 + 1 / math.log2(3))),
    ]  # fmt: skip
    gains = [2, 1, 1, 1, 3]
    graded = ndcg(RANKS, OFFSETS, k=3, gains=gains)
    assert graded[0] == pytest.approx((1 + 2 / 2) / (2 + 1 / math.log2(3) + 1 / 2))
    assert graded[2] == pytest.approx((3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_auc_by_hand():
    assert user_auc([1, 3, 6], [0, 3], n_items=6).tolist() == [pytest.approx((3 + 2 + 0) / 9)]
    assert user_auc([2, math.inf], [0, 2], n_items=5).tolist() == [pytest.approx(2 / 6)]
    assert user_auc([1.5], n_items=2).tolist() == [0.5]
    assert math.isnan(user_auc([1, 2], [0, 2], n_items=2)[0])
    with pytest.raises(InvalidArgumentError, match="rank 6 among 5 items"):
        user_auc([6], n_items=5)


def brute_ranks(scores, relevant, ties):
    """Average, best and worst places over all orders of each tie group, by counting."""
    found = []
    for score in sorted(set(scores), reverse=True):
        ahead = sum(other > score for other in scores)
        group = [bool(r) for s, r in zip(scores, relevant, strict=True) if s == score]
        g, r = len(group), sum(group)
        for nth in range(1, r + 1):
            place = {"middle": nth * (g + 1) / (r + 1), "optimistic": nth, "pessimistic": g - r + nth}[ties]
            found.append(ahead + place)
    return found


@pytest.mark.parametrize("ties", ["middle", "optimistic", "pessimistic"])
def test_ranks_of_relevant_equal_brute_force(ties):
    rng = np.random.default_rng(0)
    scores, relevant = rng.integers(0, 4, (200, 7)), rng.random((200, 7)) < 0.4
    found = ranks_of_relevant(scores, relevant, ties=ties)
    expected = [brute_ranks(row, wanted, ties) for row, wanted in zip(scores.tolist(), relevant, strict=True)]
    assert found.ranks.tolist() == pytest.approx([place for places in expected for place in places])
    assert np.diff(found.offsets).tolist() == [len(places) for places in expected]


def test_the_middle_is_the_mean_over_random_orders():
    rng = np.random.default_rng(0)
    wanted = np.array([1, 1, 0, 0, 0], dtype=bool)
    places = np.array([np.flatnonzero(rng.permutation(wanted)) + 1 for _ in range(20_000)]).mean(axis=0)
    assert ranks_of_relevant([[1.0] * 5], [wanted]).ranks == pytest.approx(places, abs=0.03)


@pytest.mark.parametrize("ties", ["middle", "optimistic", "pessimistic"])
def test_one_target_is_a_special_case(ties):
    rng = np.random.default_rng(1)
    scores, targets = rng.integers(0, 5, (300, 9)).astype(np.float32), rng.integers(0, 9, 300)
    scores[rng.random((300, 9)) < 0.1] = -np.inf
    found = ranks_of_targets(scores, targets, ties=ties)
    assert found.tolist() == ranks_of_relevant(scores, np.eye(9)[targets], ties=ties).ranks.tolist()
    for metric in (hit_rate, recall, ndcg, mrr, average_precision):
        single, several = metric(found, k=3), metric(found, np.arange(301), k=3)
        assert single == pytest.approx(several)


def test_a_perfect_list_scores_one_whatever_ties():
    found = ranks_of_relevant([[1.0, 1, 1, 0, 0]], [[1, 1, 1, 0, 0]])
    for metric in (ndcg, recall, average_precision, precision):
        assert metric(*found, k=3).tolist() == [1.0]


@pytest.mark.parametrize("metric", [hit_rate, recall, precision, mrr, average_precision, ndcg])
@pytest.mark.parametrize("offsets", [[0, 1], [1, 2], [0, 3, 2], [], [[0, 2]], [0.0, 2.0]])
def test_wrong_offsets_are_refused(metric, offsets):
    with pytest.raises(InvalidArgumentError, match="offsets"):
        metric([1, 2], offsets, k=3)


def test_wrong_gains_and_scores_are_refused():
    with pytest.raises(InvalidArgumentError, match="gains"):
        ndcg([1, 2], k=3, gains=[1])
    with pytest.raises(InvalidArgumentError, match="gains"):
        ndcg([1, 2], k=3, gains=[1, 0])
    with pytest.raises(InvalidArgumentError, match="scores: received NaN"):
        ranks_of_targets([[np.nan, 1.0]], [0])
    with pytest.raises(InvalidArgumentError, match="columns"):
        ranks_of_targets([[0.0, 1.0]], [2])
    with pytest.raises(InvalidArgumentError, match="ties"):
        ranks_of_relevant([[0.0, 1.0]], [[0, 1]], ties="best")
    assert ranks_of_targets(np.zeros((0, 3)), np.zeros(0, int)).shape == (0,)


def test_a_table_with_several_relevant_items(make_predictions):
    from rr_eval import Predictions, evaluate, target_ranks

    table = make_predictions(
        [["a", "b", "c"], ["b", "a"], []],
        ["a", "a", "x"],
        scores=[[3, 1, 1], [2, 1], []],
        relevant=[["a", "c"], None, ["y", "x"]],
        gains=[[1, 2], None, [1, 1]],
    )
    found = target_ranks(table)
    assert found.ranks.tolist() == [1, 2.5, 2, math.inf, math.inf]
    assert (found.offsets.tolist(), found.gains.tolist()) == ([0, 2, 3, 5], [1, 2, 1, 1, 1])
    assert found.tied.tolist() == [True, False, False]
    assert (found.unseen(2), found.unseen(0)) == (1, 0)
    again = type(found).concat([found.take(np.array([0])), found.take(np.array([1, 2]))])
    assert again.ranks.tolist() == found.ranks.tolist()
    assert again.gains.tolist() == found.gains.tolist()
    assert evaluate(table, metrics=["Recall@2"], seed=0).score("tool", "Recall@2").value == pytest.approx(1.5 / 3)
    single = make_predictions([["a"]], ["a"], system="other")
    assert evaluate(Predictions.concat([table, single]), metrics=["HR@1"], seed=0).score("other", "HR@1").value == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relevant": [["b"]]}, "without the target"),
        ({"relevant": [["a", "a"]]}, "stands twice"),
        ({"relevant": [["a"]], "gains": [[0.0]]}, "a gain of 0 or less"),
        ({"relevant": [["a"]], "gains": [[1.0, 2.0]]}, "another number of gains"),
        ({"gains": [[1.0]]}, "both or neither"),
        ({"relevant": [["a"]], "n_ahead": [0], "n_tied": [0]}, "ranks are read off the list"),
    ],
)
def test_wrong_relevant_items_are_refused(make_predictions, change, message):
    from rr_eval import InvalidPredictionsError

    with pytest.raises(InvalidPredictionsError, match=message):
        make_predictions([["a"]], ["a"], **change)
