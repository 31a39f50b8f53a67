import math

import numpy as np
import pytest

from rr_planner import InvalidAnswerError, Ranking, conflicts, settle


def test_by_hand():
    own = [[1, 5], [2, 6], [3, 7], [4, 8], [5, 9]]
    tools = [[1, 5], [6, 2], [9, 3], [4, 8], [9, 5]]
    found = conflicts(own, tools, [1, 2, 3, 8, 9])
    assert found.tool_accuracy == pytest.approx(2 / 5)
    assert found.own_accuracy == pytest.approx(3 / 5)
    assert found.disagreement_rate == pytest.approx(3 / 5)
    assert found.own_accuracy_on_disagreements == pytest.approx(2 / 3)
    assert conflicts(own, tools, [1, 2, 3, 8, 9], k=2).own_accuracy == 1.0


def test_no_disagreement():
    assert math.isnan(conflicts([[1]], [[1]], [1]).own_accuracy_on_disagreements)


@pytest.mark.parametrize("arguments", [([[1]], [[1], [2]], [1]), ([1], [[1]], [1]), ([], [], []), ([[1]], [[]], [1])])
def test_bad_shapes(arguments):
    with pytest.raises(InvalidAnswerError):
        conflicts(*arguments)


def test_settle_by_confidence_gaps_and_silence():
    nan = float("nan")
    own = Ranking(
        np.array([[1, 2]] * 6), np.array([[2.0, 1.0]] * 5 + [[-np.inf] * 2]), np.array([0.5, 0.5, 0.5, nan, 0.5, nan])
    )
    tools = Ranking(np.array([[1], [3], [3], [3], [3], [3]]), np.ones((6, 1)), np.array([0.9, 0.4, 0.6, 0.1, nan, 0.2]))
    stands, differ = settle(own, tools)
    assert stands.items[:, 0].tolist() == [1, 1, 3, 3, 1, 3]
    assert differ.tolist() == [False, True, True, True, True, False]
    assert np.isneginf(stands.scores[2, 1])
    np.testing.assert_array_equal(stands.confidence, [0.5, 0.5, 0.6, 0.1, 0.5, 0.2])
    with pytest.raises(InvalidAnswerError, match="answers to 2 queries"):
        settle(own, tools.take([0, 1]))
    assert len(settle(own.take([]), tools.take([]))[0]) == 0
