"""The items that may be drawn, and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError


@dataclass(frozen=True, slots=True, eq=False)
class ItemPool:
    """Items to draw from.

    Attributes:
        items: [P] int64 item codes, ascending.
        shares: [P] float64, how likely each is; they sum to 1.
        keep: [P] float64, see `pick`; None where all shares are equal.
        other: [P] int64, places of items; see `pick`.
        n_items: number of all item codes.
    """

    items: NDArray[np.int64]
    shares: NDArray[np.float64]
    keep: NDArray[np.float64] | None
    other: NDArray[np.int64] | None
    n_items: int

    @classmethod
    def uniform(cls, items: ArrayLike, *, n_items: int) -> ItemPool:
        """Each of some distinct items is equally likely."""
        chosen = np.unique(np.asarray(items, dtype=np.int64))
        return cls(chosen, np.full(len(chosen), 1 / max(len(chosen), 1)), None, None, n_items)

    @classmethod
    def weighted(cls, weights: ArrayLike) -> ItemPool:
        """Each item is as likely as its weight says; items of weight 0 are never drawn.

        Args:
            weights: [n_items] numbers of at least 0.

        Raises:
            OptionError: other weights.
        """
        array = np.asarray(weights, dtype=np.float64)
        if array.ndim != 1 or not bool(np.all(np.isfinite(array) & (array >= 0))):
            raise OptionError("weights", weights, "one finite number of at least 0 an item")
        chosen = np.flatnonzero(array > 0)
        total = array.sum()
        shares = array[chosen] / (total if total > 0 else 1)
        return cls(chosen, shares, *_alias_table(shares), len(array))

    def pick(self, uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
        """Turn numbers in [0, 1), of any shape, into item codes.

        The alias method (Walker, Electronics Letters 10, 1974) needs one look-up whatever the size of the pool: the
        number names a place and, by what is left of it, the item there or the one that shares the place.
        """
        exact = uniforms * len(self.items)
        places = np.minimum(exact.astype(np.int64), len(self.items) - 1)  # rounding can lead one past the end
        if self.keep is not None and self.other is not None:
            places = np.where(exact - places < self.keep[places], places, self.other[places])
        return np.asarray(self.items[places], dtype=np.int64)

    def share_of(self, items: NDArray[np.int64]) -> NDArray[np.float64]:
        """How likely each of some item codes is; 0 for those outside the pool."""
        table = np.zeros(self.n_items)
        table[self.items] = self.shares
        return table[items]

    def heaviest(self, numbers: ArrayLike) -> NDArray[np.float64]:
        """[n] how likely the most likely so many items are together."""
        sums = np.concatenate([np.zeros(1), np.cumsum(np.sort(self.shares)[::-1])])
        return np.asarray(sums[np.minimum(numbers, len(self.items))], dtype=np.float64)


def _alias_table(shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """[P] how much of its own place each item keeps, and [P] who has the rest (Vose, IEEE TSE 17, 1991)."""
    keep = (shares * len(shares)).tolist()
    other = list(range(len(shares)))
    small = [place for place, amount in enumerate(keep) if amount < 1]
    large = [place for place, amount in enumerate(keep) if amount >= 1]
    while small and large:
        poor, rich = small.pop(), large[-1]
        other[poor] = rich
        keep[rich] -= 1 - keep[poor]
        if keep[rich] < 1:
            small.append(large.pop())
    for place in small + large:  # 1 but for rounding
        keep[place] = 1.0
    return np.array(keep, dtype=np.float64), np.array(other, dtype=np.int64)
