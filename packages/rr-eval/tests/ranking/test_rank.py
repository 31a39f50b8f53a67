"""Ranks against a brute-force reading of complete score lists."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_eval import InconsistentRankError, InvalidArgumentError, Predictions, target_ranks
from rr_eval.ranking.rank import rank

TIES = ("middle", "optimistic", "pessimistic")


def table_of(scores: np.ndarray, targets: np.ndarray, *, k: int, counted: bool) -> Predictions:
    """Cut full score rows [N, I] to lists of k, with or without exact counts."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    own = scores[np.arange(len(scores)), targets][:, None]
    counts = {"n_ahead": (scores > own).sum(axis=1), "n_tied": (scores == own).sum(axis=1) - 1} if counted else {}
    return Predictions.from_columns(
        query_id=np.arange(len(scores)),
        user_id=np.arange(len(scores)),
        task="sequential",
        system="s",
        items=order.astype(str),
        scores=np.take_along_axis(scores, order, axis=1),
        target=targets.astype(str),
        **counts,
    )


def brute_rank(scores: list[float], target: int, ties: str) -> float:
    """Sort everything and look for the places of the target's score."""
    places = [place for place, score in enumerate(sorted(scores, reverse=True), 1) if score == scores[target]]
    return {"middle": sum(places) / len(places), "optimistic": places[0], "pessimistic": places[-1]}[ties]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_ranks_equal_brute_force(data):
    n_items = data.draw(st.integers(1, 8))
    rows = st.lists(st.integers(0, 3), min_size=n_items, max_size=n_items)
    scores = np.array(data.draw(st.lists(rows, min_size=1, max_size=4)), dtype=np.float32)
    targets = np.array(data.draw(st.lists(st.integers(0, n_items - 1), min_size=len(scores), max_size=len(scores))))
    ties = data.draw(st.sampled_from(TIES))
    expected = [brute_rank(row, target, ties) for row, target in zip(scores.tolist(), targets, strict=True)]
    for k, counted in ((n_items, False), (n_items, True), (data.draw(st.integers(0, n_items)), True)):
        found = target_ranks(table_of(scores, targets, k=k, counted=counted), ties=ties)
        assert found.ranks.tolist() == expected
        assert found.tied.tolist() == [row.count(row[t]) > 1 for row, t in zip(scores.tolist(), targets, strict=True)]


def test_a_target_outside_a_cut_list_has_no_rank(make_predictions):
    found = target_ranks(make_predictions([["a", "b"], [], ["a", "t"]], ["t", "t", "t"]))
    assert found.ranks.tolist() == [np.inf, np.inf, 2.0]
    assert found.list_lengths.tolist() == [2, 0, 2]


def test_share_of_tied_targets(make_predictions):
    table = make_predictions([["a", "t"], ["a", "t"]], ["t", "t"], scores=[[1.0, 1.0], [2.0, 1.0]])
    found = target_ranks(table)
    assert (found.tied_share, found.ranks.tolist()) == (0.5, [1.5, 2.0])
    assert np.isnan(target_ranks(make_predictions([], [])).tied_share)


@pytest.mark.parametrize(
    ("items", "scores", "n_ahead", "n_tied"),
    [
        (["t", "a"], [2.0, 1.0], 1, 0),  # the target is first, one is said to be ahead
        (["a", "t"], [2.0, 1.0], 0, 0),  # one is ahead, none is said to be
        (["t", "a"], [2.0, 1.0], 0, 1),  # a tie that the list rules out
        (["a", "t", "b"], [1.0, 1.0, 0.0], 0, 0),  # the target in the second place needs a tie or an item ahead
        (["a", "b"], [2.0, 1.0], 1, 0),  # not in the list, so at least two score as much
    ],
)
def test_a_contradiction_names_the_query(make_predictions, items, scores, n_ahead, n_tied):
    table = make_predictions(
        [["t"], items], ["t", "t"], scores=[[1.0], scores], n_ahead=[0, n_ahead], n_tied=[0, n_tied]
    )
    with pytest.raises(InconsistentRankError, match=r"row 1 \(query 'q1', system 'tool'\)"):
        target_ranks(table)


@pytest.mark.parametrize(
    ("items", "scores", "n_ahead", "n_tied"),
    [
        (["a", "t"], [1.0, 1.0], 0, 7),  # the tie goes on beyond the list
        (["a", "b"], [1.0, 1.0], 0, 2),  # the target lost the cut inside its tie
        (["a", "t", "b"], [1.0, 1.0, 0.0], 1, 0),  # tied as float32, apart as float64
        ([], [], 3, 0),
    ],
)
def test_what_a_cut_list_cannot_rule_out_is_accepted(make_predictions, items, scores, n_ahead, n_tied):
    table = make_predictions([items], ["t"], scores=[scores], n_ahead=[n_ahead], n_tied=[n_tied])
    assert target_ranks(table).ranks.tolist() == [n_ahead + 1 + n_tied / 2]


def test_an_unknown_policy_is_refused():
    with pytest.raises(InvalidArgumentError, match="ties: received 'average'; expected one of middle"):
        rank([0], [0], ties="average")
