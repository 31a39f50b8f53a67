from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.leave_one_out import LeaveOneOut, leave_one_out


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=30), st.integers(3, 5), st.integers(1, 4))
def test_against_the_definition(lengths: list[int], minimum: int, tested: int) -> None:
    least, left_out = max(minimum, tested + 2), [1] + [2] * tested
    expected = [part for n in lengths for part in ([0] * n if n < least else [0] * (n - len(left_out)) + left_out)]
    users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    assert leave_one_out(users, minimum_history=minimum, tested=tested).tolist() == expected
    split = LeaveOneOut(minimum_history=minimum, tested=tested)
    assert split.assign(pl.DataFrame({"user": users})).tolist() == expected


def test_unsorted() -> None:
    with pytest.raises(OptionError, match="sorted"):
        leave_one_out([1, 0])


@pytest.mark.parametrize("option", ["minimum_history", "tested"])
@pytest.mark.parametrize("value", ["0", "x", 2.5, True, -1])
def test_bad_numbers(option: str, value: object) -> None:
    with pytest.raises(OptionError, match=option):
        LeaveOneOut(**{option: value})


def test_a_minimum_below_what_the_split_needs() -> None:
    with pytest.raises(OptionError, match="minimum_history"):
        LeaveOneOut(minimum_history=2)
