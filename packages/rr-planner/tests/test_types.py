import numpy as np
import pytest

from rr_planner import (
    Answer,
    Decision,
    Deliberation,
    InvalidAnswerError,
    InvalidQueryError,
    QueryBatch,
    Ranking,
    Risk,
    Route,
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evidence_horizon": [0.1, float("nan")]}, "evidence_horizon"),
        ({"evidence_horizon": [0.1, float("inf")]}, "evidence_horizon"),
        ({"evidence_horizon": [0.1, 1.5]}, "evidence_horizon"),
        ({"evidence_horizon": ["a", "b"]}, "evidence_horizon"),
        ({"evidence_horizon": [0.1]}, "evidence_horizon"),
        ({"users": [[1, 2]]}, "users"),
        ({"ids": [1]}, "ids"),
        ({"histories": [[1]]}, "histories"),
        ({"histories": [[1.5], []]}, "histories"),
        ({"candidates": [[1, 2]]}, "candidates"),
        ({"candidates": [[0.5], [0.5]]}, "candidates"),
        ({"features": {"age": [1]}}, "age"),
    ],
)
def test_bad_queries_are_named(change, field):
    good = {"users": [1, 2], "histories": [[1], []], "evidence_horizon": [0.1, 0.2]}
    with pytest.raises(InvalidQueryError, match=field):
        QueryBatch.of(**(good | change))


def test_wild_arrays_become_plain_ones():
    horizon = np.array([0.25, 0.0, 0.5, 0.0], dtype=np.float16)[::2]
    queries = QueryBatch.of(users=["a", "b"], histories=[[], np.array([1], np.int8)], evidence_horizon=horizon)
    assert queries.evidence_horizon.dtype == np.float64
    assert queries.evidence_horizon.tolist() == [0.25, 0.5]
    assert [history.dtype for history in queries.histories] == [np.int64, np.int64]
    assert queries.ids.tolist() == [0, 1]


def test_empty_batch():
    queries = QueryBatch.of(users=[], histories=[], evidence_horizon=[])
    assert len(queries) == 0
    assert len(queries.take([])) == 0


def test_take_keeps_every_column_together():
    queries = QueryBatch.of(
        users=[1, 2, 3],
        ids=["a", "b", "c"],
        histories=[[1], [2], [3]],
        evidence_horizon=[0.1, 0.2, 0.3],
        candidates=[[1, 2], [3, 4], [5, 6]],
        features={"age": [10, 20, 30]},
    ).take([2, 0])
    assert queries.users.tolist() == [3, 1]
    assert queries.ids.tolist() == ["c", "a"]
    assert [history.tolist() for history in queries.histories] == [[3], [1]]
    assert queries.evidence_horizon.tolist() == [0.3, 0.1]
    assert queries.candidates.tolist() == [[5, 6], [1, 2]]
    assert queries.features["age"].tolist() == [30, 10]


def test_from_scores_orders_ties_by_column_and_pads():
    ranking = Ranking.from_scores([[1.0, 3.0, 3.0, -np.inf]], 5)
    assert ranking.items[0, :3].tolist() == [1, 2, 0]
    assert ranking.scores.tolist() == [[3.0, 3.0, 1.0, -np.inf, -np.inf]]


def test_from_scores_maps_candidates():
    ranking = Ranking.from_scores([[0.1, 0.9], [0.8, 0.2]], 1, candidates=[[7, 8], [5, 6]], confidence=[0.5, 1])
    assert ranking.items.tolist() == [[8], [5]]
    assert ranking.confidence.tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (([[np.nan]], 1), "scores"),
        (([1.0], 1), "scores"),
    ],
)
def test_from_scores_refuses(arguments, field):
    with pytest.raises(InvalidAnswerError, match=field):
        Ranking.from_scores(*arguments)
    with pytest.raises(InvalidAnswerError, match="candidates"):
        Ranking.from_scores([[1.0, 2.0]], 1, candidates=[[1]])
    with pytest.raises(InvalidAnswerError, match="confidence"):
        Ranking.from_scores([[1.0, 2.0]], 1, confidence=[0.1, 0.2])


def test_deliberation_takes_its_thoughts_along():
    given = Deliberation(np.array([[1], [2]]), np.array([[0.5], [0.4]]), np.array([0.1, 0.2]), ["one", "two"])
    taken = given.take([1])
    assert taken.thoughts == ("two",)
    assert taken.items.tolist() == [[2]]
    assert taken.confidence.tolist() == [0.2]


def test_risk_is_the_papers_name_for_the_route():
    nan = float("nan")
    decision = Decision("q", Route.BOTH, 0.9, nan, ("a",), "why", "bands", "0", {"a": nan}, nan, nan)
    assert decision.risk is Risk.HIGH
    answer = Answer("q", np.array([1]), np.array([1.0]), nan, "vlm", (), "", "", (), 1.0, nan, decision)
    assert answer.route is Route.BOTH
