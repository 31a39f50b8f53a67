"""The item table: what is known about each coded item, in words and numbers."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.evidence.horizon import evidence_horizon
from rr_data.evidence.levels import DEFAULT_THRESHOLDS, LEVELS
from rr_data.sources.source import RAW_ITEMS

UNTITLED: Final = "Untitled"


def item_table(
    catalogue: pl.DataFrame,
    described: pl.DataFrame | None,
    counts: pl.Series,
    *,
    normalizer: str = "rank",
    thresholds: tuple[float, float] = DEFAULT_THRESHOLDS,
) -> pl.DataFrame:
    """`columns.ITEMS` without pictures.

    An item without a title is called "Untitled", never by its id: ids follow the order of first appearance in many
    sources, and tell what a model must not see. An item without a text gets one from title, year and categories.

    Args:
        catalogue: `item_id` and `item`, in the order of the codes.
        described: `RAW_ITEMS`, of which columns may be missing, or None where the source describes no items.
        counts: training interactions of each item code; the evidence horizon grades them.
        normalizer: see `rr_data.evidence.horizon.evidence_horizon`.
        thresholds: of the evidence horizon's levels.
    """
    known = pl.DataFrame(schema=RAW_ITEMS)
    if described is not None:
        known = pl.concat(
            [known, described.select(name for name in RAW_ITEMS if name in described.columns)], how="diagonal_relaxed"
        )
    joined = catalogue.join(known, on=Columns.ITEM_ID, how="left", maintain_order="left")
    categories = pl.col(Columns.CATEGORIES).fill_null([])
    title, count = pl.col(Columns.TITLE), categories.list.len()
    head = pl.when(title.is_not_null()).then(pl.concat_str(title, pl.format(" ({})", Columns.YEAR), ignore_nulls=True))
    told = pl.concat_str(head, pl.when(count > 0).then(categories.list.join(", ")), separator=". ", ignore_nulls=True)
    horizon = evidence_horizon(counts.to_numpy(), normalizer=normalizer, thresholds=thresholds)
    return joined.select(
        Columns.ITEM_ID,
        Columns.ITEM,
        Columns.DOMAIN,
        title.fill_null(UNTITLED),
        pl.coalesce(Columns.TEXT, told).alias(Columns.TEXT),
        Columns.YEAR,
        categories.alias(Columns.CATEGORIES),
        Columns.IMAGE_URL,
        pl.lit(None, pl.String).alias(Columns.IMAGE),
        counts.alias(Columns.COUNT),
        pl.Series(Columns.EH_RAW, horizon.raw),
        pl.Series(Columns.EH, horizon.normalized),
        pl.Series(LEVELS).gather(horizon.levels).alias(Columns.EH_LEVEL),
    ).cast(columns.ITEMS)
