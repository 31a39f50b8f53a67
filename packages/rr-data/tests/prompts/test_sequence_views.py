from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_data.prompts.sequence_views import SequenceViews

BOUNDS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), max_size=8)


@given(bounds=BOUNDS, cut=st.slices(8), chosen=st.lists(st.integers(0, 7), max_size=5))
def test_views_are_slices(bounds: list[list[int]], cut: slice, chosen: list[int]) -> None:
    items = np.arange(9) * 3
    table = np.array(bounds, dtype=np.int64).reshape(-1, 2)
    views = SequenceViews(items, table[:, 0], table[:, 1])
    listed = [items[start:end].tolist() for start, end in bounds]
    assert [view.tolist() for view in views] == listed == [views[place].tolist() for place in range(len(views))]
    assert views.lengths.tolist() == [len(view) for view in listed]
    assert [view.tolist() for view in views[cut]] == listed[cut]
    places = np.array([place for place in chosen if place < len(bounds)], dtype=np.int64)
    assert [view.tolist() for view in views[places]] == [listed[place] for place in places]
    assert all(np.shares_memory(view, items) for view in views if len(view))
