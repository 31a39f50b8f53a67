"""Rows of field codes: what a click model is asked. Training and serving make them with the same code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.runtime.queries import Histories

IntArray = NDArray[np.int64]
UNKNOWN = 0  # code of every field for what is not known; behind the values of a field of several, padding
BUCKETS = 10
LENGTHS = 2 ** np.arange(10)  # histories of 1, 2, 4, ... 512 items begin a new bucket


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row.

    Attributes:
        name: its name.
        size: number of its codes, 0..size-1; code 0 is `UNKNOWN`.
        width: columns it takes; a field of several columns holds a set of values, 0 behind them.
        shares: name of the field whose vectors it uses; its own where empty.
    """

    name: str
    size: int
    width: int = 1
    shares: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureRows:
    """Makes rows of field codes from a user, a history and an item.

    Columns in order: the user's fields, how long the history is, how popular its items are, its last items (newest
    last, 0 behind), the item's fields. Unknown users and items have code 0 in all of their fields.

    Attributes:
        users: [U + 1, Ku] codes of each user's fields, the user itself first; row u + 1 is user code u, row 0 unknown.
        items: [n_items + 1, Ki] codes of each item's fields, the item itself first; likewise.
        popularity: [n_items] from 0, the least popular item, to 1.
        recent: how many of the history's last items make a field.
    """

    users: IntArray
    items: IntArray
    popularity: NDArray[np.float64]
    recent: int

    @property
    def n_items(self) -> int:
        """Size of the catalogue."""
        return len(self.items) - 1

    def contexts(self, users: NDArray[Any], histories: Histories) -> IntArray:
        """Return [B, Ku + 2 + recent] the columns that do not hang on the item.

        Args:
            users: [B] user codes; what is no known code is an unknown user.
            histories: of the same B queries.
        """
        columns = (
            self.users[_rows(users, len(self.users))],
            np.searchsorted(LENGTHS, histories.lengths, side="right")[:, None],
            self._popularity_buckets(histories)[:, None],
            histories.last(self.recent) + 1,
        )
        return np.concatenate(columns, axis=1)

    def rows(self, contexts: IntArray, items: NDArray[Any]) -> IntArray:
        """Return [B * C, W] a row for each context and each of its items.

        Args:
            contexts: [B, K] as of `contexts`.
            items: [B, C] item codes; what is no known code is an unknown item.
        """
        described = self.items[_rows(items, len(self.items))]
        repeated = np.broadcast_to(contexts[:, None, :], (*items.shape, contexts.shape[1]))
        rows: IntArray = np.concatenate([repeated, described], axis=2)
        return rows.reshape(items.size, rows.shape[2])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `from_arrays` reads."""
        recent = np.array([self.recent])
        return {"users": self.users, "items": self.items, "popularity": self.popularity, "recent": recent}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> FeatureRows:
        """Read the arrays of an artifact."""
        return cls(arrays["users"], arrays["items"], arrays["popularity"], int(arrays["recent"][0]))

    def _popularity_buckets(self, histories: Histories) -> IntArray:
        """[B] a bucket of the mean popularity of a history's items; 0 where it is empty."""
        sums = np.bincount(histories.rows, self.popularity[histories.items], minlength=len(histories))
        return np.where(histories.lengths > 0, buckets(sums / np.maximum(histories.lengths, 1)), UNKNOWN)


def buckets(shares: NDArray[np.float64]) -> IntArray:
    """Return the tenth that each share of [0, 1] lies in, from 1 on; NaN is unknown.

    Example:
        >>> buckets(np.array([0.0, 0.09, 0.5, 1.0, np.nan])).tolist()
        [1, 1, 6, 10, 0]
    """
    known = np.isfinite(shares)
    tenths = np.floor(np.where(known, shares, 0.0) * BUCKETS).clip(0, BUCKETS - 1).astype(np.int64)
    return np.where(known, tenths + 1, UNKNOWN)


def _rows(codes: NDArray[Any], length: int) -> IntArray:
    """Return the row of each code: code + 1, and 0 for all that is no known code."""
    if codes.dtype.kind not in "iu":
        return np.zeros(codes.shape, dtype=np.int64)
    known = (codes >= 0) & (codes < length - 1)
    return np.where(known, codes, -1).astype(np.int64) + 1
