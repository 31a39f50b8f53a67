"""Leave-one-out: the last interaction tests, the one before it validates, the rest train (paper, appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rr_data.columns import Columns
from rr_data.splits.options import whole_number
from rr_data.splits.parts import PARTS, TEST, TRAIN, VALIDATION
from rr_data.splits.places import places_of_users

__all__ = ["MINIMUM_HISTORY", "PARTS", "TEST", "TRAIN", "VALIDATION", "LeaveOneOut", "leave_one_out"]

MINIMUM_HISTORY: Final = 3


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The split `leave_one_out`.

    Attributes:
        minimum_history: users with fewer interactions are in training only; at least 3.

    Raises:
        OptionError: a smaller minimum, or none that is a whole number.

    Example:
        >>> LeaveOneOut(minimum_history=4).assign(pl.DataFrame({"user": [0, 0, 0, 1, 1, 1, 1]})).tolist()
        [0, 0, 0, 0, 0, 1, 2]
    """

    name: ClassVar[str] = "leave_one_out"
    minimum_history: int = MINIMUM_HISTORY

    def __post_init__(self) -> None:
        """Read a minimum that came as a string."""
        minimum = whole_number("minimum_history", self.minimum_history, at_least=MINIMUM_HISTORY)
        object.__setattr__(self, "minimum_history", minimum)

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        return leave_one_out(interactions[Columns.USER].to_numpy(), minimum_history=self.minimum_history)


def leave_one_out(users: ArrayLike, *, minimum_history: int = MINIMUM_HISTORY) -> NDArray[np.int8]:
    """Assign interactions to parts.

    A user with fewer interactions than the minimum is in training only: a test item without any training item says
    nothing.

    Args:
        users: [N] user codes of the interactions, sorted by user, then time.
        minimum_history: at least 3.

    Returns:
        [N] int8, an index into `PARTS`.

    Raises:
        OptionError: users that are not sorted.

    Example:
        >>> leave_one_out([0, 0, 0, 0, 1, 1]).tolist()
        [0, 0, 1, 2, 0, 0]
    """
    places = places_of_users(users)
    parts = np.zeros(places.n_interactions, dtype=np.int8)
    last = places.ends[places.lengths >= minimum_history] - 1
    parts[last] = PARTS.index(TEST)
    parts[last - 1] = PARTS.index(VALIDATION)
    return parts
