"""Clicks and non-clicks, and how much of the user's history each may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError

IntArray = NDArray[np.int64]
TRAIN, VALIDATION, TEST = 0, 1, 2
PART_CODES = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


@dataclass(frozen=True, slots=True, eq=False)
class ClickTable:
    """R rows of a user, an item, and whether the user took it.

    Attributes:
        users: [R] int64 user codes.
        items: [R] int64 item codes.
        labels: [R] int64 1 for a click, 0 for none.
        parts: [R] int64 0 train, 1 validation, 2 test.
        history_lengths: [R] int64 the row reads so many of the user's training items, the first ones: those before it.
            A click and the negatives that were drawn for it read the same ones, so that the history does not tell
            which is which.
    """

    users: IntArray
    items: IntArray
    labels: IntArray
    parts: IntArray
    history_lengths: IntArray

    def __post_init__(self) -> None:
        """Convert to int64 and check lengths and labels.

        Raises:
            InvalidDataError: naming the column.
        """
        rows = len(np.asarray(self.users))
        for name in ("users", "items", "labels", "parts", "history_lengths"):
            column = np.asarray(getattr(self, name))
            if column.shape != (rows,) or (rows and column.dtype.kind not in "iu"):
                raise InvalidDataError(
                    f"{name} of the clicks has dtype {column.dtype} and shape {column.shape}; it must be {rows} "
                    "integers"
                )
            object.__setattr__(self, name, column.astype(np.int64, copy=False))
        for name, highest in (("labels", 1), ("parts", TEST)):
            column = getattr(self, name)
            if rows and not (column.min() >= 0 and column.max() <= highest):
                raise InvalidDataError(
                    f"{name} of the clicks lie in {column.min()}..{column.max()}; allowed: 0..{highest}"
                )

    def __len__(self) -> int:
        """Return R."""
        return len(self.users)

    def take(self, rows: NDArray[Any]) -> ClickTable:
        """Return some of the rows, by place or by mask."""
        columns = (self.users, self.items, self.labels, self.parts, self.history_lengths)
        return ClickTable(*(column[rows] for column in columns))

    def part(self, code: int) -> ClickTable:
        """Return the rows of a part."""
        return self.take(self.parts == code)
