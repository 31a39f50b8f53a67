"""Item sequences of many users in two flat arrays (compressed sparse rows)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError


@dataclass(frozen=True, slots=True, eq=False)
class Sequences(Sequence[NDArray[Any]]):
    """One array of item codes a user, oldest first.

    Attributes:
        items: [N] int32 or int64 item codes, user after user.
        offsets: [n + 1] int64; user u owns `items[offsets[u]:offsets[u + 1]]`.

    Example:
        >>> histories = Sequences.of([[3, 1], [], [2]])
        >>> len(histories), histories[0].tolist(), histories.lengths.tolist()
        (3, [3, 1], [2, 0, 1])
    """

    items: NDArray[Any]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse offsets that do not describe the items."""
        offsets = self.offsets
        whole = len(offsets) > 0 and offsets[0] == 0 and offsets[-1] == len(self.items)
        if not whole or bool(np.any(np.diff(offsets) < 0)):
            raise OptionError("offsets", offsets, f"a non-decreasing array from 0 to {len(self.items)}")

    @classmethod
    def of(cls, sequences: Sequence[ArrayLike]) -> Sequences:
        """Pack a list of arrays; an empty list gives no users."""
        arrays = [np.asarray(sequence, dtype=np.int64).ravel() for sequence in sequences]
        offsets = np.zeros(len(arrays) + 1, dtype=np.int64)
        np.cumsum([len(array) for array in arrays], out=offsets[1:])
        return cls(np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64), offsets)

    def __len__(self) -> int:
        """The number of users."""
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        """The items of one user, as a view; a slice of users gives `Sequences`."""
        if isinstance(index, slice):
            return Sequences.of([self[position] for position in range(*index.indices(len(self)))])
        position = range(len(self))[index]
        return self.items[self.offsets[position] : self.offsets[position + 1]]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """User after user."""
        for start, stop in pairwise(self.offsets.tolist()):
            yield self.items[start:stop]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """[n] how many items each user has."""
        return np.diff(self.offsets)

    def truncated(self, lengths: ArrayLike) -> Sequences:
        """The first `lengths[u]` items of each user.

        Args:
            lengths: [n] integers of at least 0, or one for all; more than a user has means all of them.

        Raises:
            OptionError: a negative length, or one for another number of users.
        """
        wanted = np.asarray(lengths, dtype=np.int64)
        if wanted.shape not in ((), (len(self),)) or bool(np.any(wanted < 0)):
            raise OptionError("lengths", lengths, f"{len(self)} integers of at least 0, one a user")
        kept = np.minimum(self.lengths, wanted)
        place = np.arange(len(self.items)) - np.repeat(self.offsets[:-1], self.lengths)
        return Sequences(
            self.items[place < np.repeat(kept, self.lengths)], np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
        )
