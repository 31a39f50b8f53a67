"""Which interactions stay: duplicates and the k-core."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import OptionError

_PLACE: Final = "place"
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
    pair = [Columns.USER_ID, Columns.ITEM_ID]
    by_time = interactions.with_row_index(_PLACE).sort(Columns.TIMESTAMP, Columns.RATING, _PLACE, nulls_last=False)
    stay = by_time.unique(pair, keep="first" if policy == "first" else "last", maintain_order=True)
    return stay.sort(_PLACE).drop(_PLACE)


def k_core(interactions: pl.DataFrame, k: int) -> pl.DataFrame:
    """The largest set of interactions in which every user and every item has at least k.

    Args:
        interactions: with `user_id` and `item_id`; repeated pairs count each time.
        k: at least 0; 0 and 1 keep everything.

    Returns:
        The rows that stay, in their order; maybe none.

    Raises:
        OptionError: a negative k.
    """
    if k < 0:
        raise OptionError("k_core", k, "at least 0")
    while k > 1:
        enough = [pl.len().over(column) >= k for column in (Columns.USER_ID, Columns.ITEM_ID)]
        stay = interactions.filter(*enough)
        if stay.height == interactions.height:
            break
        interactions = stay
    return interactions
