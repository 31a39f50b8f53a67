from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.sampling.item_pool import ItemPool


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any))
def test_weights(weights: list[int]) -> None:
    pool = ItemPool.weighted(weights)
    grid = (np.arange(20_000) + 0.5) / 20_000
    found = np.bincount(pool.pick(grid), minlength=len(weights)) / len(grid)
    expected = np.array(weights) / sum(weights)
    assert found == pytest.approx(expected, abs=len(weights) / 10_000)
    assert (found[np.array(weights) == 0] == 0).all()
    assert pool.share_of(np.arange(len(weights))) == pytest.approx(expected)
    assert pool.heaviest([0, 2]) == pytest.approx([0, np.sort(expected)[-2:].sum()])


def test_uniform() -> None:
    pool = ItemPool.uniform([5, 2, 5], n_items=8)
    assert pool.pick(np.array([[0.0, 0.49], [0.51, np.nextafter(1, 0)]])).tolist() == [[2, 2], [5, 5]]
    assert pool.share_of(np.arange(8)).tolist() == [0, 0, 0.5, 0, 0, 0.5, 0, 0]
    assert pool.heaviest([1, 9]).tolist() == [0.5, 1]


@pytest.mark.parametrize("weights", [[-1.0], [np.nan], [np.inf], [[1]]])
def test_bad_weights(weights: list[float]) -> None:
    with pytest.raises(OptionError, match="weights"):
        ItemPool.weighted(weights)
