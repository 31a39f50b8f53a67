import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import Deliberation, InvalidAnswerError, InvalidQueryError, QueryBatch, Ranking
from rr_planner.wire import queries_from_json, queries_to_json, ranking_from_json, ranking_to_json

ITEMS = st.lists(st.integers(0, 99), max_size=5)


@given(st.lists(st.tuples(ITEMS, st.floats(0, 1)), max_size=5), st.booleans(), st.booleans(), st.sampled_from("iU"))
def test_queries_survive_the_wire(rows, with_candidates, with_features, kind):
    size = len(rows)
    queries = QueryBatch.of(
        users=np.arange(size).astype(kind if kind == "i" else "U5"),
        histories=[row[0] for row in rows],
        evidence_horizon=np.array([row[1] for row in rows], dtype=float),
        candidates=np.arange(3 * size).reshape(size, 3) if with_candidates and size else None,
        features={"age": np.arange(size), "name": np.array(["x"] * size, dtype=str)}
        if with_features and size
        else None,
    )
    again = queries_from_json(json.loads(json.dumps(queries_to_json(queries))))
    assert queries_to_json(again) == queries_to_json(queries)
    assert len(again) == size


@given(st.lists(st.lists(st.floats(-9, 9) | st.just(float("-inf")), min_size=4, max_size=4), max_size=4), st.booleans())
def test_rankings_survive_the_wire(scores, reasons):
    table = np.array(scores, dtype=np.float64).reshape(-1, 4)
    ranking = Ranking.from_scores(table, 3, confidence=np.full(len(table), 0.5))
    if reasons:
        ranking = Deliberation(ranking.items, ranking.scores, ranking.confidence, ["why"] * len(table))
    again = ranking_from_json(json.loads(json.dumps(ranking_to_json(ranking))))
    assert type(again) is type(ranking)
    if len(table):
        assert np.array_equal(again.items, ranking.items)
        assert np.array_equal(again.scores, ranking.scores)
        assert np.array_equal(again.confidence, ranking.confidence)


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        ([{"user": 1}], r"queries\[0\].evidence_horizon"),
        ([{"user": 1, "evidence_horizon": 2}], "evidence_horizon"),
        ([{"user": 1, "evidence_horizon": 0.5, "histroy": []}], "history"),
        ([{"user": 1, "evidence_horizon": 0.5, "history": ["a"]}], "histories"),
        ([{"user": 1, "evidence_horizon": 0.5, "history": [[1], [2, 3]]}], "queries|histories"),
        ([{"user": 1, "evidence_horizon": 0.5, "history": [2**80]}], "queries|histories"),
        (
            [{"user": 1, "evidence_horizon": 0, "candidates": [1]}, {"user": 2, "evidence_horizon": 0}],
            "candidates: received lists of different lengths",
        ),
        (
            [{"user": 1, "evidence_horizon": 0, "features": {"a": 1}}, {"user": 2, "evidence_horizon": 0}],
            "features: received different names",
        ),
    ],
)
def test_queries_that_are_none(queries, words):
    with pytest.raises((InvalidQueryError, ValueError), match=words):
        queries_from_json(queries)


@pytest.mark.parametrize(
    "content",
    [None, [], {"items": [[1]]}, {"items": [[1], [2, 3]], "scores": [[1], [2]]}, {"items": [[1]], "scores": 3}],
)
def test_rankings_that_are_none(content):
    with pytest.raises(InvalidAnswerError, match="answer"):
        ranking_from_json(content)
