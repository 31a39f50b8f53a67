"""Clicks and non-clicks: an interaction is a click, and an item that its user never touched is none (appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.sampling.item_pool import ItemPool
from rr_data.sampling.seen_pairs import SeenPairs
from rr_data.sampling.streams import stream_keys
from rr_data.sampling.unseen import draw_unseen
from rr_data.sequences import Sequences
from rr_data.splits.parts import PARTS, TEST, TRAIN, VALIDATION

POOLS: Final = ("catalogue", "part")
_EVALUATED_FIRST: Final = (TEST, VALIDATION, TRAIN)
_NEGATIVES: Final = 3  # a stream of the seed; sampling/candidates.py has others
_ALL: Final = len(PARTS)


def draw_ctr_negatives(
    interactions: pl.DataFrame,
    parts: ArrayLike,
    *,
    n_items: int,
    ratio: int = 4,
    pool: str = "catalogue",
    seed: int,
) -> pl.DataFrame:
    """Make the click table.

    Each distinct pair of user and item is one click, in the part of its first row. It gets `ratio` negatives in the
    same part: items that the user has in no part, and no item twice for one user, over all parts. Where a user runs
    out of such items, the clicks of that draw share what there is evenly. Context is neither trained on nor tested,
    and gives neither clicks nor negatives; its pairs count as seen. A user's negatives depend on the seed, on the
    user's own rows and on the pool, and not on other users.

    Args:
        interactions: with codes `user` and `item`, sorted by user, then time.
        parts: [N] part of each, an index into `PARTS`.
        n_items: number of items; their codes are 0 to n_items - 1.
        ratio: negatives for each click.
        pool: what negatives are drawn from, uniformly: the whole `catalogue`, or the items that occur in the `part`
            ("the same temporal split" of the paper's Pixel set-up). For `part`, test draws first, and training from
            what is left.
        seed: an integer of at least 0.

    Returns:
        `columns.CTR`, by user; each click is followed by its negatives.

    Raises:
        OptionError: an option that cannot be used, or parts for another number of interactions.

    Example:
        >>> rows = pl.DataFrame({"user": [0, 0], "item": [2, 1]})
        >>> table = draw_ctr_negatives(rows, [0, 2], n_items=4, ratio=1, seed=0)
        >>> table["label"].to_list(), table["part"].to_list(), sorted(table["item"])
        ([1, 0, 1, 0], ['train', 'train', 'test', 'test'], [0, 1, 2, 3])
    """
    codes = np.asarray(parts)
    if pool not in POOLS:
        raise OptionError("pool", pool, " or ".join(POOLS))
    if ratio < 0:
        raise OptionError("ratio", ratio, "at least 0")
    if codes.shape != (interactions.height,):
        raise OptionError("parts", f"{codes.shape}", f"{interactions.height} parts, one an interaction")
    rows = interactions.select(Columns.USER, Columns.ITEM).with_columns(pl.Series(Columns.PART, codes.astype(np.int8)))
    clicks = rows.unique([Columns.USER, Columns.ITEM], keep="first", maintain_order=True).filter(
        pl.col(Columns.PART).is_in([PARTS.index(part) for part in _EVALUATED_FIRST])
    )
    seen = SeenPairs.of(rows[Columns.USER].to_numpy(), rows[Columns.ITEM].to_numpy(), n_items=n_items)
    dealt = []
    for stream, chosen, drawn_from in _draws(rows, clicks, pool, n_items):
        owners, counts = np.unique(clicks[Columns.USER].to_numpy()[chosen].astype(np.int64), return_counts=True)
        keys = stream_keys(seed, _NEGATIVES, stream, owners)
        drawn = draw_unseen(owners, counts * ratio, keys, pool=drawn_from, seen=seen)
        dealt.append(_Dealt.of(drawn, counts, chosen))
        if pool == "part":
            seen = seen.including(np.repeat(owners, drawn.lengths), drawn.items)
    return _table(clicks, dealt)


def _draws(
    rows: pl.DataFrame, clicks: pl.DataFrame, pool: str, n_items: int
) -> list[tuple[int, NDArray[np.int64], ItemPool]]:
    """Stream, rows of the clicks, and what is drawn from: once for all parts, or part by part."""
    if pool == "catalogue":
        return [(_ALL, np.arange(clicks.height), ItemPool.uniform(np.arange(n_items), n_items=n_items))]
    codes = [PARTS.index(name) for name in _EVALUATED_FIRST]
    items = [rows.filter(pl.col(Columns.PART) == code)[Columns.ITEM].to_numpy() for code in codes]
    clicked = clicks[Columns.PART].to_numpy()
    return [
        (code, np.flatnonzero(clicked == code), ItemPool.uniform(those, n_items=n_items))
        for code, those in zip(codes, items, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Dealt:
    """Negatives, the row of the click that each belongs to, and its place among those of that click."""

    items: NDArray[np.int32]
    clicks: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, drawn: Sequences, counts: NDArray[np.int64], rows: NDArray[np.int64]) -> _Dealt:
        """Deal each user's negatives out to the user's clicks in turn, so that all get as many, give or take one."""
        order = np.arange(len(drawn.items)) - np.repeat(drawn.offsets[:-1], drawn.lengths)
        places, turn = np.divmod(order, np.repeat(counts, drawn.lengths))
        firsts = np.cumsum(counts) - counts
        return cls(drawn.items, rows[np.repeat(firsts, drawn.lengths) + turn], places)


def _table(clicks: pl.DataFrame, dealt: list[_Dealt]) -> pl.DataFrame:
    """Each click, and its negatives behind it."""
    lengths = np.ones(clicks.height, dtype=np.int64)
    for some in dealt:
        lengths += np.bincount(some.clicks, minlength=clicks.height)
    starts = np.cumsum(lengths) - lengths
    items, labels = np.empty(lengths.sum(), dtype=np.int32), np.zeros(lengths.sum(), dtype=np.int8)
    items[starts], labels[starts] = clicks[Columns.ITEM].to_numpy(), 1
    for some in dealt:
        items[starts[some.clicks] + 1 + some.places] = some.items
    users, parts = (np.repeat(clicks[name].to_numpy(), lengths) for name in (Columns.USER, Columns.PART))
    names = pl.Series(PARTS).gather(parts)
    return pl.DataFrame(
        {Columns.USER: users, Columns.ITEM: items, Columns.LABEL: labels, Columns.PART: names}, schema=columns.CTR
    )
