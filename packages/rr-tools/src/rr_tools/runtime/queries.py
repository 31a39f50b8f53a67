"""What a tool is asked, and the parts of it that scoring needs as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


class Queries(Protocol):
    """A batch of B queries; `rr_planner.types.QueryBatch` is one by shape."""

    @property
    def users(self) -> NDArray[Any]:
        """[B] user codes; anything that is not a known code is a new user."""
        ...

    @property
    def histories(self) -> Sequence[NDArray[Any]]:
        """B arrays of item codes, oldest first; unknown codes are ignored."""
        ...

    @property
    def candidates(self) -> NDArray[Any] | None:
        """[B, C] item codes to rank, or None for the whole catalogue."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HistoryQueries:
    """The smallest thing that is `Queries`: users, their histories, and optionally candidates."""

    users: NDArray[Any]
    histories: Sequence[NDArray[Any]]
    candidates: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The known items of B histories in compressed rows.

    Attributes:
        items: [N] item codes; row b's are `items[offsets[b]:offsets[b + 1]]`, oldest first.
        offsets: [B + 1].
    """

    items: IntArray
    offsets: IntArray

    @classmethod
    def of(cls, histories: Sequence[NDArray[Any]], n_items: int) -> Histories:
        """Flatten histories, leaving out codes outside 0..n_items-1."""
        lengths = np.fromiter((len(history) for history in histories), dtype=np.int64, count=len(histories))
        rows = np.repeat(np.arange(len(histories)), lengths)
        items = np.concatenate([*histories, np.empty(0, dtype=np.int64)]).astype(np.int64, copy=False)
        known = (items >= 0) & (items < n_items)
        counts = np.bincount(rows[known], minlength=len(histories))
        return cls(items=items[known], offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))

    def __len__(self) -> int:
        """Return B."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> IntArray:
        """[B] known items in each history."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> IntArray:
        """[N] the row of every item."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, rows: IntArray) -> Histories:
        """Return the histories of some rows [b]."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Histories(items=self.items[places], offsets=offsets)

    def ages(self) -> IntArray:
        """[N] how many items of the same history are newer."""
        return np.repeat(self.offsets[1:], self.lengths) - 1 - np.arange(len(self.items))

    def last(self, length: int) -> IntArray:
        """[B, length] each history's last items, oldest first, -1 behind them."""
        kept = np.minimum(self.lengths, length)
        steps = np.arange(length)
        inside = steps[None, :] < kept[:, None]
        positions = (self.offsets[1:] - kept)[:, None] + steps[None, :]
        if len(self.items) == 0:
            return np.full((len(self), length), -1, dtype=np.int64)
        return np.where(inside, self.items[np.where(inside, positions, 0)], -1)


def mask_unrankable(scores: NDArray[np.float32], histories: Histories, candidates: NDArray[Any] | None) -> None:
    """Set in place to -inf what must not be ranked: items of the history, and where given all but the candidates.

    Args:
        scores: [B, n_items], changed.
        histories: of the same B queries.
        candidates: [B, C] item codes; codes outside the catalogue are ignored. None allows every item.
    """
    scores[histories.rows, histories.items] = -np.inf
    if candidates is None:
        return
    known = (candidates >= 0) & (candidates < scores.shape[1])
    rows = np.broadcast_to(np.arange(len(candidates))[:, None], candidates.shape)[known]
    codes = candidates[known].astype(np.int64, copy=False)
    kept = scores[rows, codes]
    scores.fill(-np.inf)
    scores[rows, codes] = kept
