from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.temporal import Temporal


def at(times: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"timestamp": times}, schema={"timestamp": pl.Int64})


@settings(deadline=None)
@given(st.lists(st.integers(-5, 30), max_size=80).map(lambda times: [*times, 0, 1, 2]))
def test_the_clock_decides_alone(times: list[int]) -> None:
    parts = Temporal(shares="6:2:2").assign(at(times))
    moments = {part: {time for time, code in zip(times, parts, strict=True) if code == part} for part in range(3)}
    assert all(moments.values())
    assert max(moments[0]) < min(moments[1])
    assert max(moments[1]) < min(moments[2])


def test_sizes_are_as_near_as_ties_allow() -> None:
    assert np.bincount(Temporal().assign(at(list(range(1000))))).tolist() == [800, 100, 100]
    assert np.bincount(Temporal().assign(at([1] * 70 + [2] * 16 + [3] * 9 + [4] * 5))).tolist() == [86, 9, 5]
    assert np.bincount(Temporal().assign(at([1] * 98 + [2, 3]))).tolist() == [98, 1, 1]
    assert np.bincount(Temporal().assign(at([1, 2] + [3] * 98))).tolist() == [1, 1, 98]


def test_too_few_times() -> None:
    with pytest.raises(OptionError, match="three distinct times; there are 2"):
        Temporal().assign(at([1, 1, 2]))
