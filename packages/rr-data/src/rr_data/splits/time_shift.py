"""Time shift: train before a date, test from it on (paper, appendix B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.splits.parts import PARTS, TEST, VALIDATION
from rr_data.splits.places import places_of_users
from rr_data.splits.times import times_of


@dataclass(frozen=True, slots=True)
class TimeShift:
    """The split `time_shift`.

    Interactions before the date train, those from it on test. Each user's last interaction before the date validates
    where the user has at least two before it. A user can have several test interactions, and some have no other.

    Attributes:
        date: an ISO date or date and time, in UTC where it names no zone, or whole seconds since 1970. Digits alone
            are seconds. The default is the paper's for Pixel-1M.

    Raises:
        OptionError: no date, or, when interactions are assigned, one that leaves nothing on one of its sides, or
            interactions without times.

    Example:
        >>> rows = pl.DataFrame({"user": [0, 0, 0, 1], "timestamp": [5, 7, 9, 6]})
        >>> TimeShift(date=8).assign(rows).tolist()
        [0, 1, 2, 0]
    """

    name: ClassVar[str] = "time_shift"
    date: str | int = "2022-08-01"

    def __post_init__(self) -> None:
        """Refuse what is no date."""
        _seconds(self.date)

    @property
    def border(self) -> int:
        """The date in seconds since 1970."""
        return _seconds(self.date)

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        times = times_of(interactions, self.name)
        if len(times) == 0:
            return np.empty(0, dtype=np.int8)
        if not times.min() < self.border <= times.max():
            raise OptionError("date", self.date, f"one after {_shown(times.min())} and not after {_shown(times.max())}")
        parts = np.where(times < self.border, 0, PARTS.index(TEST)).astype(np.int8)
        before = np.flatnonzero(parts == 0)
        places = places_of_users(interactions[Columns.USER].to_numpy()[before])
        parts[before[places.ends[places.lengths > 1] - 1]] = PARTS.index(VALIDATION)
        return parts


def _seconds(date: str | int) -> int:
    try:
        return int(date)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(str(date).strip())
    except ValueError:
        raise OptionError("date", date, "a date such as 2022-08-01, or whole seconds since 1970") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _shown(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)
