from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.places import places_of_users


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=20))
def test_rows_of_each_user(lengths: list[int]) -> None:
    places = places_of_users(np.repeat(np.arange(len(lengths)), lengths))
    assert places.lengths.tolist() == [length for length in lengths if length]
    assert places.ends[-1:].tolist() == [sum(lengths)] * bool(places.n_interactions)
    assert places.starts[1:].tolist() == places.ends[:-1].tolist()


def test_unsorted_unsigned() -> None:
    with pytest.raises(OptionError):
        places_of_users(np.array([1, 0], dtype=np.uint32))
