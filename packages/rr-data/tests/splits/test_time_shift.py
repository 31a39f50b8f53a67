from __future__ import annotations

import polars as pl
import pytest

from rr_data.errors import OptionError
from rr_data.splits.time_shift import TimeShift

AUGUST = 1_659_312_000  # 2022-08-01T00:00Z
ROWS = pl.DataFrame(
    {
        "user": [0, 0, 0, 0, 1, 1, 2, 3, 3],
        "timestamp": [AUGUST - 9, AUGUST - 1, AUGUST, AUGUST + 5, AUGUST - 3, AUGUST + 1, AUGUST + 2, 5, 6],
    }
)


@pytest.mark.parametrize("date", ["2022-08-01", AUGUST, str(AUGUST), "2022-08-01T02:00:00+02:00", " 2022-08-01 00:00 "])
def test_borders(date: str | int) -> None:
    assert TimeShift(date=date).border == AUGUST
    assert TimeShift(date=date).assign(ROWS).tolist() == [0, 1, 2, 2, 0, 2, 2, 0, 1]


def test_the_default_is_the_papers() -> None:
    assert TimeShift().border == AUGUST


@pytest.mark.parametrize("date", ["2022-13-01", "August", "", "1.5"])
def test_no_dates(date: str) -> None:
    with pytest.raises(OptionError, match="date"):
        TimeShift(date=date)


@pytest.mark.parametrize("date", ["1960-01-01", "5", "2023-01-01"])
def test_dates_that_leave_a_side_empty(date: str) -> None:
    with pytest.raises(OptionError, match=r"1970-01-01.*2022-08-01"):
        TimeShift(date=date).assign(ROWS)
