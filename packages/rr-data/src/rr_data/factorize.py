"""Integers in the place of strings, in time that grows with the number of rows and hardly with that of the strings.

A hash table of a million strings does not fit a processor's caches, so that each of its rows waits for memory. Here the
strings' hashes are sorted, and found again through a small table of their leading bits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

_HASH_BITS: Final = 64
_CHUNK: Final = 1 << 20  # rows at a time: what is between the steps stays in the caches


def factorize(ids: pl.Series) -> tuple[pl.Series, NDArray[np.int32]]:
    """Number the distinct strings of a series.

    Args:
        ids: [n] strings, none of them null.

    Returns:
        The distinct strings in order, and for each row the place of its string among them, [n] int32.

    Example:
        >>> distinct, places = factorize(pl.Series(["b", "a", "b"]))
        >>> distinct.to_list(), places.tolist()
        (['a', 'b'], [1, 0, 1])
    """
    hashes = ids.hash().to_numpy()
    ordered = _distinct(hashes)
    starts, shift = _starts(ordered)
    places = np.empty(len(ids), dtype=np.int32)
    rows = np.empty(len(ordered), dtype=np.int64)
    for at in range(0, len(ids), _CHUNK):
        chunk = slice(at, at + _CHUNK)
        places[chunk] = _places(hashes[chunk], ordered, starts, shift)
        rows[places[chunk]] = np.arange(at, min(at + _CHUNK, len(ids)))
    distinct = ids.gather(rows).sort()
    ranks = np.empty(len(ordered), dtype=np.int32)
    ranks[_places(distinct.hash().to_numpy(), ordered, starts, shift)] = np.arange(len(ordered))
    places = ranks[places]
    return (distinct, places) if _names(distinct, places, ids) else _by_join(ids)


def _distinct(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    ordered = np.sort(hashes)
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _starts(ordered: NDArray[np.uint64]) -> tuple[NDArray[np.int32], np.uint64]:
    """Where the hashes with the same leading bits start, for every value of these bits; and the shift to them."""
    bits = len(ordered).bit_length() + 1
    shift = np.uint64(_HASH_BITS - bits)
    sizes = np.bincount((ordered >> shift).astype(np.int64), minlength=1 << bits)
    return (np.cumsum(sizes) - sizes).astype(np.int32), shift


def _places(
    hashes: NDArray[np.uint64], ordered: NDArray[np.uint64], starts: NDArray[np.int32], shift: np.uint64
) -> NDArray[np.int32]:
    """Where each hash stands in order: first among those with its leading bits, or a little after."""
    places = starts[(hashes >> shift).astype(np.int64)]
    later = np.flatnonzero(ordered[places] != hashes)
    while len(later):
        places[later] += 1
        later = later[ordered[places[later]] != hashes[later]]
    return places


def _names(distinct: pl.Series, places: NDArray[np.int32], ids: pl.Series) -> bool:
    """Whether the place of each row leads to its own string."""
    chunks = range(0, len(ids), _CHUNK)
    return all(bool((distinct.gather(places[at : at + _CHUNK]) == ids.slice(at, _CHUNK)).all()) for at in chunks)


def _by_join(ids: pl.Series) -> tuple[pl.Series, NDArray[np.int32]]:
    """The same where two strings share a hash, which is as good as never."""
    distinct = ids.unique().sort().alias("id")
    numbered = pl.DataFrame({"id": distinct, "place": np.arange(len(distinct), dtype=np.int32)})
    rows = pl.DataFrame({"id": ids}).join(numbered, on="id", how="left", maintain_order="left")
    return distinct, rows["place"].to_numpy()
