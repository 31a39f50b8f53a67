import numpy as np
import pytest

from rr_planner import BestOverall, InvalidPolicyError, MostConfident

NAMES = ("a", "b", "c")
NAN = float("nan")


def test_most_confident_with_ties_gaps_and_failures():
    confidence = np.array([[0.2, 0.5, NAN, NAN, NAN], [0.7, 0.5, 0.0, NAN, NAN], [0.9, 0.1, NAN, NAN, NAN]])
    answered = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [0, 1, 1, 1, 0]], dtype=bool)
    assert MostConfident().select(NAMES, confidence, answered).tolist() == [1, 0, 1, 1, -1]
    assert MostConfident().required(NAMES) == NAMES
    assert MostConfident().select((), np.empty((0, 2)), np.empty((0, 2), dtype=bool)).tolist() == [-1, -1]


def test_best_overall_asks_nobody_else():
    answered = np.array([[1, 1], [1, 0], [1, 1]], dtype=bool)
    selection = BestOverall("b")
    assert selection.required(NAMES) == ("b",)
    assert selection.select(NAMES, np.zeros((3, 2)), answered).tolist() == [1, -1]
    with pytest.raises(InvalidPolicyError, match="'z'"):
        BestOverall("z").required(NAMES)
