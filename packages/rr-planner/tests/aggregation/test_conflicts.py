import math

import pytest

from rr_planner import InvalidAnswerError, conflicts


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
