"""Items a user did not take, drawn for many interactions at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.training_data import TrainingData

IntArray = NDArray[np.int64]
ROUNDS = 20


@dataclass(frozen=True, slots=True, eq=False)
class NegativeSampler:
    """Draws uniformly from the items outside a user's sequence.

    Attributes:
        taken: sorted distinct `user * n_items + item` of all interactions.
        n_items: size of the catalogue.
    """

    taken: IntArray
    n_items: int

    @classmethod
    def of(cls, data: TrainingData) -> NegativeSampler:
        """Index what every user took."""
        return cls(np.unique(data.users * data.n_items + data.items), data.n_items)

    def draw(self, users: IntArray, rng: np.random.Generator) -> IntArray:
        """Return [N] one item for each of `users` [N]; -1 for a user that 20 draws found no untaken item for."""
        items = np.full(len(users), -1, dtype=np.int64)
        open_rows = np.arange(len(users))
        for _ in range(ROUNDS):
            drawn = rng.integers(0, self.n_items, len(open_rows))
            taken = self._is_taken(users[open_rows] * self.n_items + drawn)
            items[open_rows[~taken]] = drawn[~taken]
            open_rows = open_rows[taken]
            if len(open_rows) == 0:
                break
        return items

    def _is_taken(self, keys: IntArray) -> NDArray[np.bool_]:
        places = np.minimum(np.searchsorted(self.taken, keys), len(self.taken) - 1)
        found: NDArray[np.bool_] = self.taken[places] == keys
        return found
