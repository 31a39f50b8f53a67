from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.leave_one_out import leave_one_out


@given(st.lists(st.integers(0, 7), max_size=30))
def test_against_the_definition(lengths: list[int]) -> None:
    expected = [part for n in lengths for part in ([0] * n if n < 3 else [0] * (n - 2) + [1, 2])]
    users = np.repeat(np.arange(len(lengths)), lengths)
    assert leave_one_out(users).tolist() == expected


def test_unsorted() -> None:
    with pytest.raises(OptionError, match="sorted"):
        leave_one_out([1, 0])
