"""Reviews and explanations of a prepared dataset, by row of its interactions."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.settings import VIP5, DatasetSettings
from rr_data.splits.ratio import Ratio
from rr_data.task_leaks import PAIR, PART_CODE, part_names, repeated_across_parts
from rr_data.text_cleaning import clean_text

_PLACE: Final = [Columns.FILE, Columns.LINE]


def rows_of(described: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """What refers to interactions by file and line, by row instead; without what refers to rejected rows."""
    rows = ordered.select(*_PLACE).with_row_index(Columns.ROW)
    return described.join(rows, on=_PLACE, how="inner").sort(Columns.ROW, maintain_order=True).drop(_PLACE)


def review_table(reviews: pl.DataFrame, ordered: pl.DataFrame, *, clean: bool) -> pl.DataFrame:
    """`columns.REVIEWS`: the reviews that say anything, by row of the interactions.

    Args:
        reviews: `RAW_REVIEWS`.
        ordered: interactions in order, with `file` and `line`.
        clean: whether markup and entities are taken out.
    """
    texts = [Columns.SUMMARY, Columns.TEXT]
    cleaned = reviews.with_columns(clean_text(pl.col(name)) for name in texts) if clean else reviews
    told = cleaned.filter(~pl.all_horizontal(pl.col(texts).is_null()))
    return _conformed(rows_of(told, ordered), columns.REVIEWS)


def explanation_table(told: pl.DataFrame, pairs: pl.DataFrame, settings: DatasetSettings) -> pl.DataFrame:
    """`columns.EXPLANATIONS`: each explanation in the part of its interaction.

    A pair of user and item that stands in several parts is left out, since it belongs to none. Under `compat="vip5"`
    parts are drawn anew, 8:1:1 over the reviews that have an explanation, whatever the interactions' split says.

    Args:
        told: explanations with `row`.
        pairs: [interactions] `user`, `item` and `part_code`.
        settings: the dataset's.
    """
    placed = told.join(pairs.with_row_index(Columns.ROW), on=Columns.ROW, how="left", maintain_order="left")
    if settings.compat == VIP5:
        reviews = placed.unique(Columns.ROW, maintain_order=True).select(Columns.ROW, *PAIR)
        drawn = Ratio(shares="8:1:1", seed=settings.seed).assign(reviews)
        codes = reviews.select(Columns.ROW, pl.Series(PART_CODE, drawn))
        placed = placed.drop(PART_CODE).join(codes, on=Columns.ROW, how="left", maintain_order="left")
    else:
        placed = placed.join(repeated_across_parts(pairs), on=PAIR, how="anti", maintain_order="left")
    return _conformed(placed.with_columns(part_names(placed[PART_CODE])), columns.EXPLANATIONS)


def _conformed(table: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items())
