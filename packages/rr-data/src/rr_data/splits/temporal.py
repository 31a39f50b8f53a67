"""Temporal: the earliest interactions train, the latest test, by the clock of the whole dataset.

Made for click prediction on Pixel, whose negatives come from the same stretch of time (paper, appendix A).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.errors import OptionError
from rr_data.splits.options import three_shares
from rr_data.splits.times import times_of


@dataclass(frozen=True, slots=True)
class Temporal:
    """The split `temporal`.

    Two moments cut the dataset into training, validation and test. They are those distinct times at which the shares
    of interactions come nearest to the wanted ones, with something in each part: interactions of equal time are always
    in one part. Users need not be in all parts.

    Attributes:
        shares: of training, validation and test, such as `8:1:1`.

    Raises:
        OptionError: shares that cannot be used, or, when interactions are assigned, interactions without times or with
            fewer than three distinct ones.

    Example:
        >>> rows = pl.DataFrame({"user": [0, 0, 1, 1], "timestamp": [5, 8, 5, 9]})
        >>> Temporal().assign(rows).tolist()
        [0, 1, 0, 2]
    """

    name: ClassVar[str] = "temporal"
    shares: str = "8:1:1"

    def __post_init__(self) -> None:
        """Check the shares."""
        three_shares("shares", self.shares)

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        times = times_of(interactions, self.name)
        if len(times) == 0:
            return np.empty(0, dtype=np.int8)
        distinct, counts = np.unique(times, return_counts=True)
        if len(distinct) < 3:
            raise OptionError("split", self.name, f"at least three distinct times; there are {len(distinct)}")
        train, validation, _ = three_shares("shares", self.shares)
        before = np.cumsum(counts) - counts  # interactions before each distinct time
        first = _nearest(before[1:-1], train * len(times)) + 1
        second = _nearest(before[first + 1 :], (train + validation) * len(times)) + first + 1
        return np.searchsorted(distinct[[first, second]], times, side="right").astype(np.int8)


def _nearest(values: NDArray[np.int64], wanted: float) -> int:
    return int(np.abs(values - wanted).argmin())
