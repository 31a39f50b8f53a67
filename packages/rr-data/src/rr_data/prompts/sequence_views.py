"""Many short looks into one long array, without copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class SequenceViews(Sequence[NDArray[Any]]):
    """N arrays of item codes, each a stretch of the same array.

    The histories before each of a user's n items have n^2 / 2 items between them; as views they cost two numbers each.

    Attributes:
        items: [M] item codes.
        starts: [N] where each stretch starts.
        ends: [N] where it ends.

    Example:
        >>> views = SequenceViews(np.array([5, 6, 7]), np.array([0, 0]), np.array([1, 2]))
        >>> [view.tolist() for view in views], views.lengths.tolist()
        ([[5], [5, 6]], [1, 2])
    """

    items: NDArray[Any]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        """N."""
        return len(self.starts)

    def __getitem__(self, index: Any) -> Any:
        """One stretch as a view; of a slice or an array of places, those views."""
        if isinstance(index, slice | np.ndarray):
            return SequenceViews(self.items, self.starts[index], self.ends[index])
        return self.items[self.starts[index] : self.ends[index]]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Stretch after stretch."""
        return (self.items[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """[N] how many items each has."""
        return self.ends - self.starts
