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
_TIE: Final = "tie"


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
        interactions: with codes `user` and `item`, `timestamp` and `rating`, in the order of the files.
        ties: `file` keeps the order of the files; `hash` takes a hash of seed, user and item, then the rating, so that
            the order of the input rows does not matter and the order within a tie tells nothing about the items.
        seed: of the hash.
    """
    if ties == "file":
        return interactions.sort(Columns.USER, Columns.TIMESTAMP, maintain_order=True)
    keys = _mixed(interactions[Columns.USER].to_numpy(), interactions[Columns.ITEM].to_numpy(), seed)
    return (
        interactions.with_columns(pl.Series(_TIE, keys))
        .sort(Columns.USER, Columns.TIMESTAMP, _TIE, Columns.ITEM, Columns.RATING, maintain_order=True)
        .drop(_TIE)
    )


def _mixed(users: NDArray[np.int32], items: NDArray[np.int32], seed: int) -> NDArray[np.uint64]:
    """A hash of (seed, user, item): the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    pair = (users.astype(np.uint64) << np.uint64(32)) | items.astype(np.uint64)
    mixed = pair + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
