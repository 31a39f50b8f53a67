from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_tools.ctr.mid_ranks import mid_ranks


@given(st.lists(st.integers(-3, 3), max_size=12))
def test_as_many_below_as_above_say(values):
    array = np.array(values, dtype=np.int64)
    below, equal = (array[:, None] > array).sum(axis=1), (array[:, None] == array).sum(axis=1)
    assert mid_ranks(array).tolist() == (below + (equal + 1) / 2).tolist()
