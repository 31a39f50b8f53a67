import numpy as np
import pytest

from rr_planner import Ranking, agreement


def ranking(items, scores=None):
    table = np.array(items)
    return Ranking(table, np.array(scores) if scores is not None else -np.arange(table.size).reshape(table.shape) * 1.0)


def test_mean_over_pairs():
    one, two, three = ranking([[1, 2]]), ranking([[2, 1]]), ranking([[2, 5]])
    # Overlaps: 1, 1/2 and 1/2.
    assert agreement([one, two, three]).tolist() == pytest.approx([2 / 3])


def test_short_and_empty_lists():
    full, short = ranking([[1, 2], [1, 2]]), ranking([[1, 9], [9, 9]], [[5.0, -np.inf], [-np.inf, -np.inf]])
    result = agreement([full, short])
    assert result[0] == 0.5
    assert np.isnan(result[1])


def test_copies_are_left_out():
    one = ranking([[1, 2]])
    assert np.isnan(agreement([one, one])).all()
    assert agreement([one, one, ranking([[3, 4]], [[9.0, 8.0]])]).tolist() == [0.0]
