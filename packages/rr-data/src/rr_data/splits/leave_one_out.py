"""Leave-one-out: the last interaction tests, the one before it validates, the rest train (paper, appendix A).

On a small dataset several of the last can test, each asked for with all that is before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rr_data.columns import Columns
from rr_data.splits.options import whole_number
from rr_data.splits.parts import PARTS, TEST, TRAIN, VALIDATION
from rr_data.splits.places import places_of_rows, places_of_users

__all__ = ["MINIMUM_HISTORY", "PARTS", "TEST", "TRAIN", "VALIDATION", "LeaveOneOut", "leave_one_out"]

MINIMUM_HISTORY: Final = 3


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The split `leave_one_out`, or with `tested` leave several out.

    Attributes:
        minimum_history: users with fewer interactions are in training only; at least 3, and `tested` + 2.
        tested: how many of a user's last interactions test; the one before them validates.

    Raises:
        OptionError: a smaller minimum, no interaction to test, or no whole number.

    Example:
        >>> LeaveOneOut(minimum_history=4).assign(pl.DataFrame({"user": [0, 0, 0, 1, 1, 1, 1]})).tolist()
        [0, 0, 0, 0, 0, 1, 2]
    """

    name: ClassVar[str] = "leave_one_out"
    minimum_history: int = MINIMUM_HISTORY
    tested: int = 1

    def __post_init__(self) -> None:
        """Read numbers that came as strings."""
        for option, least in (("minimum_history", MINIMUM_HISTORY), ("tested", 1)):
            object.__setattr__(self, option, whole_number(option, getattr(self, option), at_least=least))

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        users = interactions[Columns.USER].to_numpy()
        return leave_one_out(users, minimum_history=self.minimum_history, tested=self.tested)


def leave_one_out(users: ArrayLike, *, minimum_history: int = MINIMUM_HISTORY, tested: int = 1) -> NDArray[np.int8]:
    """Assign interactions to parts.

    A user with fewer interactions than the minimum is in training only: a test item without any training item says
    nothing.

    Args:
        users: [N] user codes of the interactions, sorted by user, then time.
        minimum_history: at least 3; `tested` + 2 where that is more.
        tested: how many of the last interactions of a user test, at least 1.

    Returns:
        [N] int8, an index into `PARTS`.

    Raises:
        OptionError: users that are not sorted.

    Example:
        >>> leave_one_out([0, 0, 0, 0, 1, 1]).tolist(), leave_one_out([0, 0, 0, 0, 0], tested=2).tolist()
        ([0, 0, 1, 2, 0, 0], [0, 0, 1, 2, 2])
    """
    places = places_of_users(users)
    parts = np.zeros(places.n_interactions, dtype=np.int8)
    ends = places.ends[places.lengths >= max(minimum_history, tested + 2)]
    parts[places_of_rows(ends - tested, np.full(len(ends), tested))] = PARTS.index(TEST)
    parts[ends - tested - 1] = PARTS.index(VALIDATION)
    return parts
