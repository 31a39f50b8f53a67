"""Item tokens: one token an item, in one block of the vocabulary, in the order of item codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_data.interfaces import item_token
from rr_vlm.errors import InputError


@dataclass(frozen=True, slots=True)
class ItemTokens:
    """Where item tokens stand in the vocabulary.

    Attributes:
        offset: id of the token of item 0.
        n_items: items of the catalogue.

    Example:
        >>> tokens = ItemTokens(offset=100, n_items=3)
        >>> tokens.names(), tokens.positions(np.array([7, 102, 8, 100])).tolist()
        (('<item_0>', '<item_1>', '<item_2>'), [1, 3])
    """

    offset: int
    n_items: int

    def __post_init__(self) -> None:
        """Check that there is an item."""
        if self.offset < 0 or self.n_items < 1:
            raise InputError("offset, n_items", (self.offset, self.n_items), "an offset of 0 or more, 1 item or more")

    def names(self) -> tuple[str, ...]:
        """Return the tokens of all items."""
        return tuple(item_token(code) for code in range(self.n_items))

    def positions(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the positions in `ids` [T] that hold an item token."""
        return np.flatnonzero((ids >= self.offset) & (ids < self.offset + self.n_items))

    def codes(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the item codes of item tokens."""
        return ids - self.offset
