"""Candidate lists: each user's target among items that the user never touched, drawn once and stored.

VIP5 redraws its negatives whenever it tests, so no two runs rank the same lists.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.sampling.item_pool import ItemPool
from rr_data.sampling.seen_pairs import SeenPairs
from rr_data.sampling.streams import stream_keys, uniform_draws
from rr_data.sampling.unseen import draw_unseen
from rr_data.sequences import Sequences

DRAWS: Final = ("uniform", "popularity")
_NEGATIVES: Final = 1
_PLACES: Final = 2  # streams of the seed; sampling/ctr_negatives.py has others


def draw_candidates(
    histories: Sequences,
    targets: ArrayLike,
    *,
    n_items: int,
    size: int = 100,
    draw: str = "uniform",
    popularity: ArrayLike | None = None,
    seed: int,
) -> pl.DataFrame:
    """Draw a list for each user who has a target.

    A list holds the target, at a random place, and `size - 1` distinct items that the user has in no part. A user who
    has fewer such items gets a shorter list. A user's list depends on the seed, the user's code, history and target,
    on `n_items` and on the popularity, and not on other users.

    Args:
        histories: all items of each user, of all parts.
        targets: [n] item codes; -1 for users without a target.
        n_items: number of items; their codes are 0 to n_items - 1.
        size: of a list, target included.
        draw: `uniform`, or `popularity`: one after another without replacement, each in proportion to its popularity
            among those that are left. Items of popularity 0 are then never drawn.
        popularity: [n_items] training interactions of each item; only `popularity` needs it.
        seed: an integer of at least 0.

    Returns:
        `columns.CANDIDATES`, by user.

    Raises:
        OptionError: an option or a code that cannot be used.

    Example:
        >>> lists = draw_candidates(Sequences.of([[0, 1], [2]]), [1, -1], n_items=4, size=3, seed=0)
        >>> lists["user"].to_list(), sorted(lists["items"][0])
        ([0], [1, 2, 3])
    """
    wanted = np.asarray(targets, dtype=np.int64)
    pool = _pool(draw, popularity, n_items)
    if size < 1:
        raise OptionError("size", size, "at least 1")
    if wanted.shape != (len(histories),) or bool(np.any(wanted >= n_items)):
        raise OptionError("targets", targets, f"{len(histories)} item codes below {n_items}, one a user")
    users = np.flatnonzero(wanted >= 0)
    owners = np.repeat(np.arange(len(histories)), histories.lengths)
    seen = SeenPairs.of(owners, histories.items, n_items=n_items).including(users, wanted[users])
    keys = stream_keys(seed, _NEGATIVES, users, wanted[users])
    negatives = draw_unseen(users, np.full(len(users), size - 1), keys, pool=pool, seen=seen)
    return _with_targets(users, wanted[users], negatives, seed)


def source_candidates(
    listed: pl.DataFrame, targets: ArrayLike, *, users: pl.DataFrame, items: pl.DataFrame, seed: int
) -> pl.DataFrame:
    """Take over the negatives that a source lists.

    Each list becomes the target, at a random place, and the source's items in the source's order, each once. Left out
    are users without a target and items that are not in the dataset; a user whom the source gives no list has none
    here. Whether a user has interacted with a listed item is not checked: the lists are the source's.

    Args:
        listed: `RAW_CANDIDATES`: `user_id` and `items`, maybe in several rows a user.
        targets: [n_users] item codes; -1 for users without a target.
        users: `user_id` and `user`.
        items: `item_id` and `item`.
        seed: an integer of at least 0.

    Returns:
        `columns.CANDIDATES`, by user.
    """
    wanted = np.asarray(targets, dtype=np.int64)
    names = {Columns.ITEMS: Columns.ITEM_ID}
    coded = (
        listed.join(users.select(Columns.USER_ID, Columns.USER), on=Columns.USER_ID, maintain_order="left")
        .rename(names)
        .explode(Columns.ITEM_ID)
        .join(items.select(Columns.ITEM_ID, Columns.ITEM), on=Columns.ITEM_ID, maintain_order="left")
        .select(Columns.USER, Columns.ITEM)
        .unique(maintain_order=True)
        .sort(Columns.USER, maintain_order=True)
    )
    codes = coded[Columns.USER].to_numpy()
    kept = (wanted[codes] >= 0) & (wanted[codes] != coded[Columns.ITEM].to_numpy())
    owners, lengths = np.unique(codes[kept], return_counts=True)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    negatives = Sequences(coded[Columns.ITEM].to_numpy()[kept], offsets)
    return _with_targets(owners.astype(np.int64), wanted[owners], negatives, seed)


def _pool(draw: str, popularity: ArrayLike | None, n_items: int) -> ItemPool:
    if draw not in DRAWS:
        raise OptionError("draw", draw, " or ".join(DRAWS))
    if draw == "uniform":
        return ItemPool.uniform(np.arange(n_items), n_items=n_items)
    counts = np.empty(0) if popularity is None else np.asarray(popularity)
    if counts.shape != (n_items,):
        raise OptionError("popularity", popularity, f"{n_items} counts, which draw='popularity' needs")
    return ItemPool.weighted(counts)


def _with_targets(
    users: NDArray[np.int64], targets: NDArray[np.int64], negatives: Sequences, seed: int
) -> pl.DataFrame:
    """Lists with the target at a place drawn for each user."""
    keys = stream_keys(seed, _PLACES, users, targets)
    places = (uniform_draws(keys, 0, 1)[:, 0] * (negatives.lengths + 1)).astype(np.int64)
    offsets = negatives.offsets + np.arange(len(users) + 1)
    lists = np.empty(offsets[-1], dtype=np.int32)
    at = offsets[:-1] + places
    others = np.ones(len(lists), dtype=np.bool_)
    others[at] = False
    lists[others], lists[at] = negatives.items, targets
    arrow = pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(lists))
    return pl.DataFrame({Columns.USER: users, Columns.ITEMS: pl.from_arrow(arrow)}).cast(columns.CANDIDATES)
