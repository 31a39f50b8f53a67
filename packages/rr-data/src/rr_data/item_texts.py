"""The item table: what is known about each coded item, in words."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.sources.source import RAW_ITEMS

UNTITLED: Final = "Untitled"


def item_table(catalogue: pl.DataFrame, described: pl.DataFrame | None, counts: pl.Series) -> pl.DataFrame:
    """`columns.ITEMS` without pictures.

    An item without a title is called "Untitled", never by its id: ids follow the order of first appearance in many
    sources, and tell what a model must not see. An item without a text gets one from title, year and categories.

    Args:
        catalogue: `item_id` and `item`, in the order of the codes.
        described: `RAW_ITEMS`, or None where the source describes no items.
        counts: training interactions of each item code.
    """
    known = pl.DataFrame(schema=RAW_ITEMS) if described is None else described
    joined = catalogue.join(known, on=Columns.ITEM_ID, how="left", maintain_order="left")
    categories = pl.col(Columns.CATEGORIES).fill_null([])
    head = pl.concat_str(pl.col(Columns.TITLE), pl.format(" ({})", Columns.YEAR), ignore_nulls=True)
    tail = pl.when(categories.list.len() > 0).then(pl.format(". {}", categories.list.join(", ")))
    return (
        joined.with_columns(pl.col(Columns.TITLE).fill_null(UNTITLED))
        .select(
            Columns.ITEM_ID,
            Columns.ITEM,
            Columns.TITLE,
            pl.coalesce(Columns.TEXT, pl.concat_str(head, tail, ignore_nulls=True)).alias(Columns.TEXT),
            Columns.YEAR,
            categories.alias(Columns.CATEGORIES),
            pl.lit(None, pl.String).alias(Columns.IMAGE),
            counts.alias(Columns.COUNT),
        )
        .cast(columns.ITEMS)
    )
