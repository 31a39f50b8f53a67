from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.prompts.lazy_rows import LazyRows


@given(length=st.integers(0, 9), cut=st.slices(9))
def test_it_reads_like_a_list(length: int, cut: slice) -> None:
    rows = LazyRows(length, lambda place: {"place": place})
    listed = [{"place": place} for place in range(length)]
    assert list(rows) == listed
    assert list(rows[cut]) == listed[cut]
    assert len(rows[cut]) == len(listed[cut])


def test_places_that_are_not_there() -> None:
    with pytest.raises(IndexError):
        LazyRows(2, lambda place: {})[2]
