"""Which interactions stay: duplicates and the k-core."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.factorize import factorize

_PLACE, _PAIR = "place", "pair"
DUPLICATE_POLICIES: Final = ("keep", "first", "last")


def without_duplicates(interactions: pl.DataFrame, policy: str = "keep") -> pl.DataFrame:
    """Decide about repeated pairs of user and item.

    Args:
        interactions: with `user_id`, `item_id`, `timestamp` and `rating`.
        policy: `keep` all, or only the `first` or `last` in time of each pair. Among equal times the lower (`first`)
            or higher (`last`) rating stays; where there are no times, the row's place decides.

    Returns:
        The rows that stay, in their order.

    Raises:
        OptionError: another policy.
    """
    if policy not in DUPLICATE_POLICIES:
        raise OptionError("duplicates", policy, " or ".join(DUPLICATE_POLICIES))
    if policy == "keep":
        return interactions
    users, items = _numbered(interactions)
    pairs = pl.Series(_PAIR, (users.astype(np.int64) << 32) | items)
    repeated = interactions.select(Columns.TIMESTAMP, Columns.RATING).with_columns(pairs).with_row_index(_PLACE)
    repeated = repeated.filter(pairs.is_duplicated()).sort(Columns.TIMESTAMP, Columns.RATING, _PLACE, nulls_last=False)
    chosen = repeated.unique(_PAIR, keep="first" if policy == "first" else "last")[_PLACE]
    stay = np.ones(interactions.height, dtype=np.bool_)
    stay[repeated[_PLACE].to_numpy()] = False
    stay[chosen.to_numpy()] = True
    return interactions.filter(pl.Series(stay))


def k_core(interactions: pl.DataFrame, k: int, *, minimum_history: int = 0) -> pl.DataFrame:
    """The largest set of interactions in which every user and every item has at least k.

    Args:
        interactions: with `user_id` and `item_id`; repeated pairs count each time.
        k: at least 0; 0 and 1 keep everything.
        minimum_history: what users need at least, where that is more than k.

    Returns:
        The rows that stay, in their order; maybe none.

    Raises:
        OptionError: a negative number.
    """
    for name, value in (("k_core", k), ("minimum_history", minimum_history)):
        if value < 0:
            raise OptionError(name, value, "at least 0")
    needs = (max(k, minimum_history), k)
    if max(needs) <= 1:
        return interactions
    users, items = _numbered(interactions)
    rows = np.arange(interactions.height)
    while True:
        enough = np.ones(len(rows), dtype=np.bool_)
        for codes, least in zip((users, items), needs, strict=True):
            enough &= np.bincount(codes)[codes] >= least
        if bool(enough.all()):
            return interactions if len(rows) == interactions.height else interactions[rows]
        rows, users, items = rows[enough], users[enough], items[enough]


def _numbered(interactions: pl.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Users and items as integers."""
    return factorize(interactions[Columns.USER_ID])[1], factorize(interactions[Columns.ITEM_ID])[1]
