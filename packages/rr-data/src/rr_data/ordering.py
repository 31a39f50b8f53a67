"""Interactions in order: by user, then time, then a tie policy.

Many sources know only the day. Which of a day's items came last then decides which item is the test item (for 44 % of
Amazon's Beauty users), so the policy is part of a prepared dataset's manifest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError

TIE_POLICIES: Final = ("file", "hash")
_KEY, _TIE, _ROW = "key", "tie", "row"
_TIME_BITS: Final = 33  # 272 years of seconds; users have the 31 bits of an int32
_CHUNK: Final = 1 << 20  # rows at a time: what is between the steps stays in the caches
_LONGEST: Final = 2**_TIME_BITS - 1


def choose_tie_policy(interactions: pl.DataFrame, wanted: str | None) -> str:
    """The policy to use.

    Args:
        interactions: with `timestamp`, null in all rows where the source has no times.
        wanted: `file`, `hash`, or None: `hash` where there are times, and `file` where the order of the rows is all
            that is known about time.

    Raises:
        OptionError: another policy, or `hash` for a source without times.
    """
    timed = interactions[Columns.TIMESTAMP].null_count() < interactions.height
    if wanted is None:
        return "hash" if timed else "file"
    if wanted not in TIE_POLICIES:
        raise OptionError("ties", wanted, " or ".join(TIE_POLICIES))
    if wanted == "hash" and not timed:
        raise OptionError("ties", wanted, "'file': this source has no times, its order is the order in time")
    return wanted


def in_order(interactions: pl.DataFrame, *, ties: str, seed: int) -> pl.DataFrame:
    """Sort by user code, then time, then ties.

    Args:
        interactions: with codes `user` and `item`, `timestamp` and `rating`, in the order of the files; further columns
            come along.
        ties: `file` keeps the order of the files; `hash` takes a hash of seed, user and item, then the rating, so that
            the order of the input rows does not matter and the order within a tie tells nothing about the items.
        seed: of the hash.
    """
    keys = _user_and_time(interactions)
    order = np.argsort(keys, kind="stable" if ties == "file" else None)
    if ties == "hash":
        tied = _tied(keys, order)
        order[tied] = _by_hash(interactions, keys[order[tied]], order[tied], seed)
    return interactions.select(pl.all().gather(pl.Series(order.astype(np.uint32))))


def _user_and_time(interactions: pl.DataFrame) -> NDArray[np.uint64]:
    """[N] user and time in one number, which sorts several times as fast as two columns; no time comes first."""
    keys = interactions[Columns.USER].to_numpy().astype(np.uint64)
    times = interactions[Columns.TIMESTAMP]
    first, last = times.min(), times.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return keys
    if last - first >= _LONGEST:
        times, first = times.rank("dense").cast(pl.Int64), 1
    for at in range(0, len(keys), _CHUNK):
        since = ((times.slice(at, _CHUNK) - first).cast(pl.UInt64) + 1).fill_null(0).to_numpy()
        keys[at : at + _CHUNK] = keys[at : at + _CHUNK] << np.uint64(_TIME_BITS) | since
    return keys


def _tied(keys: NDArray[np.uint64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places in the order whose keys equal a neighbour's."""
    tied = np.zeros(len(order), dtype=np.bool_)
    for at in range(0, len(order), _CHUNK):
        near = keys[order[at : at + _CHUNK + 1]]
        again = near[1:] == near[:-1]
        tied[at : at + len(again)] |= again
        tied[at + 1 : at + 1 + len(again)] |= again
    return np.flatnonzero(tied)


def _by_hash(
    interactions: pl.DataFrame, keys: NDArray[np.uint64], rows: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Rows that share their user and time with others, in the order of key, hash, item and rating."""
    tied = interactions.select(Columns.USER, Columns.ITEM, Columns.RATING)[rows]
    hashes = _mixed(tied[Columns.USER].to_numpy(), tied[Columns.ITEM].to_numpy(), seed)
    columns = [pl.Series(_KEY, keys), pl.Series(_TIE, hashes), tied[Columns.ITEM], tied[Columns.RATING]]
    places = pl.DataFrame([*columns, pl.Series(_ROW, rows)])
    return places.sort(places.columns)[_ROW].to_numpy()


def _mixed(users: NDArray[np.int32], items: NDArray[np.int32], seed: int) -> NDArray[np.uint64]:
    """A hash of (seed, user, item): the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    pair = (users.astype(np.uint64) << np.uint64(32)) | items.astype(np.uint64)
    mixed = pair + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
