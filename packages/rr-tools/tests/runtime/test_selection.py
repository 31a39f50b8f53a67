from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tools.runtime.selection import best_codes


def by_sorting(row, k):
    return sorted(sorted(range(len(row)), key=lambda code: (-row[code], code))[:k])


@given(st.integers(0, 10**6), st.integers(1, 3000), st.integers(1, 6), st.sampled_from([2, 5, 50, 10**6]))
@settings(max_examples=150, deadline=None)
def test_like_sorting_everything(seed, n_items, rows, values):
    """Few different values make many ties; many items make blocks."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, values, (rows, n_items)).astype(np.float32)
    scores[rng.random((rows, n_items)) < 0.2] = -np.inf
    for k in {1, min(5, n_items), min(30, n_items), n_items}:
        assert best_codes(scores, k).tolist() == [by_sorting(row, k) for row in scores.tolist()]


@pytest.mark.parametrize("n_items", [1, 64, 65, 12_101])
def test_rows_without_any_difference(n_items):
    k = min(10, n_items)
    for value in (0.0, -np.inf):
        assert best_codes(np.full((2, n_items), value), k).tolist() == [list(range(k))] * 2


def test_sparse_rows_with_fewer_scored_items_than_places():
    scores = np.zeros((1, 5000), dtype=np.float32)
    scores[0, [4999, 17, 2500]] = [3.0, 2.0, 1.0]
    assert best_codes(scores, 5).tolist() == [[0, 1, 17, 2500, 4999]]
