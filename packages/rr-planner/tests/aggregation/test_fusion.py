import numpy as np
import pytest

from rr_planner import InvalidAnswerError, Ranking, reciprocal_rank_fusion

ONE = Ranking(np.array([[1, 2]]), np.array([[0.9, 0.1]]))
TWO = Ranking(np.array([[2, 3]]), np.array([[9.0, 1.0]]))


def test_by_hand():
    fused = reciprocal_rank_fusion([ONE, TWO], 4)
    assert fused.items[0, :3].tolist() == [2, 1, 3]
    assert fused.scores[0].tolist() == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62, -np.inf])


def test_weights_and_smoothing():
    fused = reciprocal_rank_fusion([ONE, TWO], 3, weights=[5, 1], smoothing=0)
    assert fused.items[0].tolist() == [1, 2, 3]
    assert fused.scores[0].tolist() == pytest.approx([5, 5 / 2 + 1, 1 / 2])


def test_a_copy_of_a_tool_gains_no_weight():
    third = Ranking(np.array([[3, 1]]), np.array([[4.0, 2.0]]))
    expected = reciprocal_rank_fusion([ONE, TWO, third], 3)
    copied = reciprocal_rank_fusion([ONE, TWO, TWO, TWO, third], 3)
    assert copied.items.tolist() == expected.items.tolist()
    assert copied.scores.tolist() == expected.scores.tolist()


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, np.nan], [1, np.inf]])
def test_bad_weights(weights):
    with pytest.raises(InvalidAnswerError, match="weights"):
        reciprocal_rank_fusion([ONE, TWO], 3, weights=weights)


def test_bad_smoothing():
    with pytest.raises(InvalidAnswerError, match="smoothing"):
        reciprocal_rank_fusion([ONE, TWO], 3, smoothing=-1)


def test_rounding_breaks_no_ties():
    # Items 1 and 2 both stand at the ranks 1, 2 and 6; their reciprocals, added in another order, differ by an ulp.
    assert 1 / 2 + 1 / 6 + 1 < 1 + 1 / 2 + 1 / 6
    tools = []
    for number, (first, second) in enumerate([(1, 0), (5, 1), (0, 5)]):
        items = [100 * number + 10 + place for place in range(6)]
        items[first], items[second] = 1, 2
        tools.append(Ranking(np.array([items]), -np.arange(6.0)[None]))
    for order in (tools, tools[::-1]):
        assert reciprocal_rank_fusion(order, 2, smoothing=0).items.tolist() == [[1, 2]]
