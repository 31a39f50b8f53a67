import numpy as np
import pytest

from rr_planner import InvalidAnswerError, QueryBatch, Ranking
from rr_planner.resilience.validation import check_ranking, check_thoughts

K = 3


def queries(size=2, candidates=None):
    return QueryBatch.of(
        users=np.arange(size), histories=[[]] * size, evidence_horizon=np.zeros(size), candidates=candidates
    )


def good():
    scores = np.array([[3.0, 2.0, 1.0], [2.0, 2.0, -np.inf]])
    return Ranking(np.array([[1, 2, 3], [4, 5, 0]]), scores, np.array([0.5, 1.0]))


def test_a_good_answer():
    checked = check_ranking(good(), queries(), K)
    assert checked.errors == {}
    assert checked.rated
    assert checked.confidence.tolist() == [0.5, 1.0]


def test_padding_may_hold_any_item():
    answer = Ranking(np.array([[4, 4, 99]]), np.array([[1.0, -np.inf, -np.inf]]))
    assert check_ranking(answer, queries(1, [[4, 5]]), K).errors == {}


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        ("scores", [np.nan, 1, 0], "NaN"),
        ("scores", [np.inf, 1, 0], "infinity"),
        ("scores", [1, 2, 0], "increase"),
        ("scores", [-np.inf, 1, 0], "increase"),
        ("scores", [-np.inf] * 3, "empty list"),
        ("items", [1, 2, 1], "twice"),
        ("confidence", np.nan, "confidence"),
        ("confidence", 1.1, "confidence"),
        ("confidence", -0.1, "confidence"),
    ],
)
def test_a_breach_is_of_its_row_alone(place, change, words):
    answer = good()
    getattr(answer, place)[0] = change
    errors = check_ranking(answer, queries(), K).errors
    assert list(errors) == [0]
    assert words in errors[0]


def test_rounding_of_confidence_is_forgiven():
    answer = Ranking(good().items, good().scores, np.array([1.0000001, -1e-8], dtype=np.float32))
    checked = check_ranking(answer, queries(), K)
    assert checked.errors == {}
    assert checked.confidence.max() <= 1
    assert checked.confidence.min() >= 0


def test_items_outside_the_candidates():
    candidates = [[1, 2, 3, 9], [4, 1, 2, 3]]
    errors = check_ranking(good(), queries(2, candidates), K).errors
    assert list(errors) == [1]
    assert "candidates" in errors[1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (object(), "items"),
        (None, "items"),
        (Ranking(np.zeros((2, 2), int), np.zeros((2, 2))), "shape"),
        (Ranking(np.zeros((3, 3), int), np.zeros((3, 3))), "shape"),
        (Ranking(np.zeros(3, int), np.zeros(3)), "shape"),
        (Ranking(np.zeros((2, 3)), np.zeros((2, 3))), "whole numbers"),
        (Ranking(np.zeros((2, 3), int), np.full((2, 3), "x")), "scores"),
        (Ranking(np.zeros((2, 3), int), np.zeros((2, 2))), "scores"),
        (Ranking(np.array([[1, 2, 3]] * 2), np.zeros((2, 3)), np.zeros(3)), "confidence"),
        (Ranking(np.array([[1, 2, 3]] * 2), np.zeros((2, 3)), np.array(["a", "b"])), "confidence"),
    ],
)
def test_an_answer_that_is_no_ranking(answer, words):
    with pytest.raises(InvalidAnswerError, match=words):
        check_ranking(answer, queries(), K)


@pytest.mark.parametrize("thoughts", [None, "ab", ["a"], ["a", "b", "c"], [1, 2]])
def test_thoughts(thoughts):
    assert check_thoughts(["a", "b"], 2) == ("a", "b")
    with pytest.raises(InvalidAnswerError, match="thoughts"):
        check_thoughts(thoughts, 2)
