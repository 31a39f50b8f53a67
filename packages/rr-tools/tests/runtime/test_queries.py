from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_tools.runtime.queries import Histories, mask_unrankable

N_ITEMS = 6
lists = st.lists(st.lists(st.integers(-2, N_ITEMS + 2), max_size=6), max_size=5)


@given(lists, st.integers(1, 5))
def test_flat_histories_are_the_known_items(histories, length):
    known = [[item for item in history if 0 <= item < N_ITEMS] for history in histories]
    flat = Histories.of([np.array(history, dtype=np.int32) for history in histories], N_ITEMS)
    assert len(flat) == len(histories)
    assert flat.lengths.tolist() == [len(history) for history in known]
    assert flat.items.tolist() == [item for history in known for item in history]
    assert flat.rows.tolist() == [row for row, history in enumerate(known) for _ in history]
    assert flat.ages().tolist() == [age for history in known for age in reversed(range(len(history)))]
    expected = [(history[-length:] + [-1] * length)[:length] for history in known]
    assert flat.last(length).tolist() == expected


def test_seen_items_and_all_but_candidates_are_masked():
    scores = np.ones((2, 4), dtype=np.float32)
    histories = Histories.of([np.array([0]), np.array([3, 3])], 4)
    mask_unrankable(scores, histories, np.array([[0, 1, 9], [2, -1, 2]]))
    assert np.isfinite(scores).tolist() == [[False, True, False, False], [False, False, True, False]]


def test_without_candidates_only_seen_items_are_masked():
    scores = np.ones((1, 3), dtype=np.float32)
    mask_unrankable(scores, Histories.of([np.array([1])], 3), None)
    assert np.isfinite(scores).tolist() == [[True, False, True]]
