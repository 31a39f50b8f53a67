"""How many users have each count, kept up to date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


class CountHistogram:
    """A histogram of counts with running sums: a Fenwick tree (Software: Practice and Experience 24, 1994).

    A change and a question take O(log c), with c the largest count; the number of users does not matter.

    Example:
        >>> histogram = CountHistogram(np.array([1, 2, 2, 10]))
        >>> histogram.fewer(2), histogram.having(2), histogram.smallest_positive(), histogram.largest
        (1, 2, 1, 10)
        >>> histogram.move(np.array([1]), np.array([3]))
        >>> histogram.fewer(3), histogram.smallest_positive()
        (2, 2)
    """

    def __init__(self, counts: IntArray) -> None:
        """Count the users of each count; counts are at least 0."""
        self.largest = int(counts.max(initial=0))
        self._build(np.bincount(counts, minlength=self.largest + 2))

    def _build(self, numbers: IntArray) -> None:
        """Place c + 1 of the tree holds the numbers of counts in (c - lowest bit, c]."""
        self._numbers = numbers.astype(np.int64)
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._numbers)])
        places = np.arange(len(sums))
        self._tree = sums - sums[places & (places - 1)]
        self._tree[0] = 0

    def move(self, before: IntArray, after: IntArray) -> None:
        """Take users from counts to others.

        Args:
            before: [m] counts that users had.
            after: [m] counts that they have.
        """
        self.largest = max(self.largest, int(after.max(initial=0)))
        if self.largest >= len(self._numbers):
            grown = np.zeros(2 * self.largest + 2, dtype=np.int64)
            grown[: len(self._numbers)] = self._numbers
            self._build(grown)
        self._add(before, -1)
        self._add(after, 1)

    def join(self, number: int) -> None:
        """Take in new users without interactions."""
        self._add(np.zeros(1, np.int64), number)

    def _add(self, counts: IntArray, number: int) -> None:
        np.add.at(self._numbers, counts, number)
        places = counts + 1
        while len(places):
            np.add.at(self._tree, places, number)
            places = places + (places & -places)
            places = places[places < len(self._tree)]

    def having(self, count: int) -> int:
        """The number of users with a count."""
        return int(self._numbers[count])

    def fewer(self, count: int) -> int:
        """The number of users below a count."""
        total, place = 0, count
        while place:
            total += int(self._tree[place])
            place &= place - 1
        return total

    def smallest_positive(self) -> int:
        """The smallest count above 0 that a user has; one more than any count where there is none."""
        wanted, place = self.having(0), 0
        step = 1 << (len(self._tree).bit_length() - 1)
        while step:
            ahead = place + step
            if ahead < len(self._tree) and self._tree[ahead] <= wanted:
                place, wanted = ahead, wanted - int(self._tree[ahead])
            step >>= 1
        return place
