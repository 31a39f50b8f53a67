"""What is known about each item as a set of attributes: categories, brands, genres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError


@dataclass(frozen=True, slots=True, eq=False)
class ItemAttributes:
    """Attribute codes of every item in compressed rows.

    Attributes:
        codes: [A] int64 attribute codes; item i's are `codes[offsets[i]:offsets[i + 1]]`.
        offsets: [n_items + 1] int64, from 0 to A, not decreasing.
        n_attributes: attributes there are; codes are 0..n_attributes-1. 0 where nothing is known.

    Example:
        >>> attributes = ItemAttributes.of_names([["drama"], [], ["comedy", "drama"]])
        >>> attributes.n_attributes, attributes.indicators(np.array([2, 1, 0])).tolist()
        (2, [[1.0, 1.0], [0.0, 0.0], [0.0, 1.0]])
    """

    codes: NDArray[np.int64]
    offsets: NDArray[np.int64]
    n_attributes: int

    def __post_init__(self) -> None:
        """Convert to int64 and check shapes and ranges.

        Raises:
            InvalidDataError: saying what is wrong.
        """
        codes, offsets = np.asarray(self.codes, dtype=np.int64), np.asarray(self.offsets, dtype=np.int64)
        if codes.ndim != 1 or offsets.ndim != 1 or len(offsets) < 2:
            raise InvalidDataError("attributes are one row of codes and one of offsets, one more than there are items")
        if offsets[0] != 0 or offsets[-1] != len(codes) or (np.diff(offsets) < 0).any():
            raise InvalidDataError(f"attribute offsets must rise from 0 to {len(codes)}, the number of codes")
        if len(codes) and not (codes.min() >= 0 and codes.max() < self.n_attributes):
            raise InvalidDataError(
                f"attribute codes lie in {codes.min()}..{codes.max()}; allowed: 0..{self.n_attributes - 1}"
            )
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "offsets", offsets)

    @classmethod
    def of_names(cls, names: Sequence[Iterable[str] | None]) -> ItemAttributes:
        """Number the attributes of the items in the order of their names; repetitions within an item count once."""
        rows = [sorted(set(row or ())) for row in names]
        numbers = {name: code for code, name in enumerate(sorted({name for row in rows for name in row}))}
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        codes = np.array([numbers[name] for row in rows for name in row], dtype=np.int64)
        return cls(codes, offsets, len(numbers))

    @property
    def n_items(self) -> int:
        """Items described, those without any attribute included."""
        return len(self.offsets) - 1

    def indicators(self, items: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return [len(items), n_attributes] 1 where the item has the attribute, else 0."""
        counts = self.offsets[items + 1] - self.offsets[items]
        rows = np.repeat(np.arange(len(items)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        table = np.zeros((len(items), self.n_attributes), dtype=np.float32)
        table[rows, self.codes[self.offsets[items][rows] + within]] = 1.0
        return table
