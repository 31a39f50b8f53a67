"""Random numbers that belong to a key: number j of a key is a function of seed, key and j alone.

With them a user's draw does not change when other users come or go, and users can be drawn in blocks of any size.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

UintArray = NDArray[np.uint64]

_GOLDEN: Final = 0x9E3779B97F4A7C15
_ROUNDS: Final = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST: Final = np.uint64(31)
_TOP: Final = np.uint64(11)
_SCALE: Final = 2.0**-53


def stream_keys(seed: int, *parts: ArrayLike) -> UintArray:
    """A key of 64 bits for each combination of seed and parts.

    Args:
        seed: an integer.
        parts: integers, or [n] arrays of integers.

    Returns:
        [n] uint64.
    """
    key: UintArray = _mixed(np.full(1, (seed + 1) * _GOLDEN % 2**64, dtype=np.uint64))
    for part in parts:
        key = _mixed(key + np.asarray(part).astype(np.int64).astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(1))
    return key


def uniform_draws(keys: UintArray, first: int, last: int) -> NDArray[np.float64]:
    """Numbers `first` to `last - 1` of each key: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), started at the key.

    Args:
        keys: [n] uint64.
        first: place of the first number.
        last: one past the place of the last.

    Returns:
        [n, last - first] float64 in [0, 1).

    Example:
        >>> keys = stream_keys(7, np.arange(3))
        >>> bool((uniform_draws(keys, 0, 8)[:, 5:] == uniform_draws(keys, 5, 8)).all())
        True
    """
    steps = np.arange(first + 1, last + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    bits = _mixed(keys[:, None] + steps)
    bits >>= _TOP
    return bits * _SCALE


def _mixed(values: UintArray) -> UintArray:
    """SplitMix64's finaliser; takes the array for itself."""
    for shift, factor in _ROUNDS:
        values ^= values >> shift
        values *= factor
    values ^= values >> _LAST
    return values
