"""Draw distinct items that a user has not seen: without replacement, each user from a stream of its own.

A user's items are the first distinct unseen ones in an endless stream of draws from the pool. That is the same as
drawing one after another without replacement, each in proportion to its share of what is left. Where a stream would
be longer than the catalogue, because next to nothing is left, the same distribution comes from one random key an item
instead (Efraimidis and Spirakis, Information Processing Letters 97, 2006).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rr_data.sampling.item_pool import ItemPool
from rr_data.sampling.seen_pairs import SeenPairs
from rr_data.sampling.streams import UintArray, uniform_draws
from rr_data.sequences import Sequences
from rr_data.splits.places import places_of_rows

IntArray = NDArray[np.int64]

_BLOCK: Final = 1 << 18  # cells of a block: a few arrays of 2 MB, which stay in the processor's cache
_EXTRA: Final = 8


def draw_unseen(users: IntArray, wanted: IntArray, keys: UintArray, *, pool: ItemPool, seen: SeenPairs) -> Sequences:
    """Draw for each user.

    Args:
        users: [n] codes, ascending; a user may repeat.
        wanted: [n] how many items; who has fewer unseen items in the pool gets all of them.
        keys: [n] keys of the streams, see `stream_keys`.
        pool: what is drawn from.
        seen: what is not drawn.

    Returns:
        n sequences of int32 item codes, in the order of the draw.
    """
    counts, left = _what_is_left(users, pool, seen)
    given = np.minimum(wanted, counts)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(given)])
    draws = _Draws(users, given, keys, offsets[:-1], np.empty(offsets[-1], dtype=np.int32), pool, seen)
    sizes = 2 ** np.ceil(np.log2(np.maximum(given, 1))).astype(np.int64)
    for size in np.unique(sizes[given > 0]).tolist():
        # Sizes are rounded up to powers of two, so that all users of a block need about as many items.
        rows = np.flatnonzero((sizes == size) & (given > 0))
        # What is surely left to the last item: the drawn and the seen are at most the heaviest so many of the pool.
        known = len(pool.items) - counts[rows]
        least = np.maximum(left[rows] - pool.heaviest(size), 1 - pool.heaviest(size + known))
        rare = least <= size / len(pool.items)
        draws.from_streams(rows[~rare])
        draws.from_item_keys(rows[rare])
    return Sequences(draws.drawn, offsets)


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Users, what they need, and where it goes: user j's items to `drawn[starts[j]:starts[j] + given[j]]`."""

    users: IntArray
    given: IntArray
    keys: UintArray
    starts: IntArray
    drawn: NDArray[np.int32]
    pool: ItemPool
    seen: SeenPairs

    def from_streams(self, rows: IntArray) -> None:
        """Give users the first distinct unseen items of their streams."""
        length = int(self.given[rows].max(initial=0)) * 9 // 8 + _EXTRA
        while len(rows):
            rows = np.concatenate([self._from_prefixes(block, length) for block in _blocks(rows, length)])
            length *= 2

    def _from_prefixes(self, rows: IntArray, length: int) -> IntArray:
        """Look at the start of each stream; returns the users for whom it is too short."""
        given = self.given[rows]
        items = self.pool.pick(uniform_draws(self.keys[rows], 0, length))
        good = self._first_and_unseen(rows, items)
        rank = np.cumsum(good, axis=1, dtype=np.int32)
        done = rank[:, -1] >= given
        taken = good & (rank <= given[:, None]) & done[:, None]
        self.drawn[places_of_rows(self.starts[rows[done]], given[done])] = items[taken]
        return rows[~done]

    def _first_and_unseen(self, rows: IntArray, items: IntArray) -> NDArray[np.bool_]:
        """[n, length] whether an item is unseen and stands in its row for the first time."""
        length = items.shape[1]
        bits = length.bit_length()
        # Item and place in one number: sorting it sorts items, and equal items by place.
        ordered = (items << bits) | np.arange(length)
        ordered.sort(axis=1)
        values = ordered >> bits
        fresh = ~self.seen.among(self.users[rows], values)
        fresh[:, 1:] &= values[:, 1:] != values[:, :-1]
        good = np.empty(items.shape, dtype=np.bool_)
        np.put_along_axis(good, ordered & ((1 << bits) - 1), fresh, axis=1)
        return good

    def from_item_keys(self, rows: IntArray) -> None:
        """Give users the unseen items whose random keys are the smallest."""
        pool = self.pool
        for block in _blocks(rows, len(pool.items)):
            uniforms = uniform_draws(self.keys[block], 0, len(pool.items))
            waiting = -np.log1p(-uniforms) / pool.shares  # exponential times: the earliest come first
            known = self.seen.among(self.users[block], np.broadcast_to(pool.items, waiting.shape))
            waiting[known] = np.inf
            order = np.argsort(waiting, axis=1, kind="stable")
            taken = np.arange(order.shape[1]) < self.given[block][:, None]
            self.drawn[places_of_rows(self.starts[block], self.given[block])] = pool.items[order[taken]]


def _blocks(rows: IntArray, width: int) -> Iterator[IntArray]:
    step = max(_BLOCK // width, 1)
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _what_is_left(users: IntArray, pool: ItemPool, seen: SeenPairs) -> tuple[IntArray, NDArray[np.float64]]:
    """[n] how many unseen items of the pool each user has, and [n] their share of the pool."""
    starts, ends = seen.bounds(users)
    lengths = ends - starts
    shares = pool.share_of(seen.pairs[places_of_rows(starts, lengths)] % seen.n_items)
    rows = np.repeat(np.arange(len(users)), lengths)
    known = np.bincount(rows, weights=shares > 0, minlength=len(users)).astype(np.int64)
    left = 1 - np.bincount(rows, weights=shares, minlength=len(users)).astype(np.float64)
    return (len(pool.items) - known).astype(np.int64), left
