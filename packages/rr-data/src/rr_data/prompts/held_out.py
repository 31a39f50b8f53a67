"""Which items of which users no training example may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.prepared import PreparedDataset
from rr_data.splits.parts import PARTS, TRAIN

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Pairs of user and item that stand in validation, test or context and not in training.

    Attributes:
        keys: [M] int64, ascending: user * n_items + item.
        n_items: number of item codes.
    """

    keys: IntArray
    n_items: int

    @classmethod
    def of(cls, data: PreparedDataset) -> HeldOut:
        """Collect them. A pair that a user repeats, in training and later, is no secret."""
        users, items = (data.interactions[name].to_numpy().astype(np.int64) for name in (Columns.USER, Columns.ITEM))
        keys = users * data.n_items + items
        trained = data.parts == PARTS.index(TRAIN)
        return cls(np.setdiff1d(keys[~trained], keys[trained]), data.n_items)

    def without(self, users: NDArray[Any], answers: NDArray[Any]) -> IntArray:
        """Take each user's held-out items out of tools' answers, and let those behind move up.

        A tool may well name what the user will take later. An example that showed it as a wrong answer would teach the
        model against the very item that the test asks for.

        Args:
            users: [N] user codes.
            answers: [N, k] item codes, -1 where short.

        Returns:
            [N, k], -1 at the end where short.
        """
        codes = np.asarray(answers, dtype=np.int64)
        keys = np.asarray(users, dtype=np.int64)[:, None] * self.n_items + codes
        kept = np.where((codes < 0) | np.isin(keys, self.keys), -1, codes)
        return np.take_along_axis(kept, np.argsort(kept < 0, axis=1, kind="stable"), axis=1)
