"""Where each user's interactions lie in a table that is sorted by user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class UserPlaces:
    """The rows of m users who have any; user j of them owns the rows `starts[j]` to `ends[j] - 1`.

    Attributes:
        starts: [m] int64.
        ends: [m] int64.
        n_interactions: number of rows.
    """

    starts: IntArray
    ends: IntArray
    n_interactions: int

    @property
    def lengths(self) -> IntArray:
        """[m] how many interactions each of them has."""
        return self.ends - self.starts


def places_of_users(users: ArrayLike) -> UserPlaces:
    """Find each user's rows.

    Args:
        users: [N] user codes, sorted.

    Raises:
        OptionError: codes that are not sorted.

    Example:
        >>> places_of_users([4, 4, 7]).ends.tolist()
        [2, 3]
    """
    codes = np.asarray(users)
    if bool(np.any(codes[1:] < codes[:-1])):
        raise OptionError("users", "unsorted codes", "interactions sorted by user, then time")
    if len(codes) == 0:
        return UserPlaces(np.empty(0, np.int64), np.empty(0, np.int64), 0)
    borders = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    return UserPlaces(np.append(0, borders), np.append(borders, len(codes)), len(codes))


def places_of_rows(starts: IntArray, lengths: IntArray) -> IntArray:
    """Where n rows lie in a flat array, one after another.

    Example:
        >>> places_of_rows(np.array([5, 0]), np.array([2, 3])).tolist()
        [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(lengths.sum()) + np.repeat(starts - (ends - lengths), lengths), dtype=np.int64)
