"""Which items each user has seen, as sorted numbers `user * n_items + item`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SeenPairs:
    """Distinct pairs of user and item.

    Attributes:
        pairs: [M] int64, ascending.
        n_items: number of item codes.
    """

    pairs: IntArray
    n_items: int

    @classmethod
    def of(cls, users: ArrayLike, items: ArrayLike, *, n_items: int) -> SeenPairs:
        """Collect pairs, repeated or not.

        Args:
            users: [N] user codes of at least 0.
            items: [N] item codes.
            n_items: the codes are below it.

        Raises:
            OptionError: an item code out of range.
        """
        codes = np.asarray(items).astype(np.int64)
        if len(codes) and not (codes.min() >= 0 and codes.max() < n_items):
            raise OptionError("items", (int(codes.min()), int(codes.max())), f"codes from 0 to {n_items - 1}")
        return cls(np.unique(np.asarray(users).astype(np.int64) * n_items + codes), n_items)

    def including(self, users: IntArray, items: IntArray) -> SeenPairs:
        """These pairs and others."""
        return SeenPairs(np.union1d(self.pairs, users * self.n_items + items), self.n_items)

    def bounds(self, users: IntArray) -> tuple[IntArray, IntArray]:
        """[n] where the pairs of each user start and end."""
        starts = np.searchsorted(self.pairs, users * self.n_items)
        return starts, np.searchsorted(self.pairs, (users + 1) * self.n_items)

    def among(self, users: IntArray, items: IntArray) -> NDArray[np.bool_]:
        """Whether each user has seen each item.

        Args:
            users: [n] ascending; a search among ascending pairs is fast.
            items: [n, m].

        Returns:
            [n, m] bool.
        """
        low = np.searchsorted(self.pairs, users[:1] * self.n_items)[:1].sum()
        high = np.searchsorted(self.pairs, (users[-1:] + 1) * self.n_items)[:1].sum()
        near = self.pairs[low:high]
        if len(near) == 0:
            return np.zeros(items.shape, dtype=np.bool_)
        asked = users[:, None] * self.n_items + items
        places = np.searchsorted(near, asked.ravel())
        known: NDArray[np.bool_] = near[np.minimum(places, len(near) - 1)] == asked.ravel()
        return known.reshape(items.shape)
