"""The one contract of column names: every table of a prepared dataset, with the type of each column."""

from __future__ import annotations

from typing import Final

import polars as pl


class Columns:
    """Column names; ids are the source's strings, `user` and `item` are our codes."""

    USER_ID: Final = "user_id"
    ITEM_ID: Final = "item_id"
    TIMESTAMP: Final = "timestamp"
    RATING: Final = "rating"
    USER: Final = "user"
    ITEM: Final = "item"
    TITLE: Final = "title"
    TEXT: Final = "text"
    YEAR: Final = "year"
    CATEGORIES: Final = "categories"
    IMAGE_URL: Final = "image_url"
    IMAGE: Final = "image"
    DOMAIN: Final = "domain"
    COUNT: Final = "count"
    EH_RAW: Final = "eh_raw"
    EH: Final = "eh"
    EH_LEVEL: Final = "eh_level"
    GROUP: Final = "group"
    PART: Final = "part"
    ITEMS: Final = "items"
    LABEL: Final = "label"
    ROW: Final = "row"
    SUMMARY: Final = "summary"
    FEATURE: Final = "feature"
    OPINION: Final = "opinion"
    SENTENCE: Final = "sentence"
    SENTIMENT: Final = "sentiment"
    FILE: Final = "file"
    LINE: Final = "line"
    REASON: Final = "reason"


INTERACTIONS: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.ITEM_ID: pl.String(),
        Columns.TIMESTAMP: pl.Int64(),
        Columns.RATING: pl.Float32(),
        Columns.USER: pl.Int32(),
        Columns.ITEM: pl.Int32(),
    }
)
ITEMS: Final = pl.Schema(
    {
        Columns.ITEM_ID: pl.String(),
        Columns.ITEM: pl.Int32(),
        Columns.DOMAIN: pl.String(),
        Columns.TITLE: pl.String(),
        Columns.TEXT: pl.String(),
        Columns.YEAR: pl.Int32(),
        Columns.CATEGORIES: pl.List(pl.String()),
        Columns.IMAGE_URL: pl.String(),
        Columns.IMAGE: pl.String(),
        Columns.COUNT: pl.Int64(),
        Columns.EH_RAW: pl.Float64(),
        Columns.EH: pl.Float64(),
        Columns.EH_LEVEL: pl.String(),
    }
)
USERS: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.USER: pl.Int32(),
        Columns.DOMAIN: pl.String(),
        Columns.TEXT: pl.String(),
        Columns.COUNT: pl.Int64(),
        Columns.EH_RAW: pl.Float64(),
        Columns.EH: pl.Float64(),
        Columns.EH_LEVEL: pl.String(),
        Columns.GROUP: pl.Int8(),
    }
)
SPLIT: Final = pl.Schema({Columns.PART: pl.String()})
CANDIDATES: Final = pl.Schema({Columns.USER: pl.Int32(), Columns.ITEMS: pl.List(pl.Int32())})
CTR: Final = pl.Schema(
    {Columns.USER: pl.Int32(), Columns.ITEM: pl.Int32(), Columns.LABEL: pl.Int8(), Columns.PART: pl.String()}
)
REVIEWS: Final = pl.Schema({Columns.ROW: pl.Int64(), Columns.SUMMARY: pl.String(), Columns.TEXT: pl.String()})
EXPLANATIONS: Final = pl.Schema(
    {
        Columns.ROW: pl.Int64(),
        Columns.FEATURE: pl.String(),
        Columns.OPINION: pl.String(),
        Columns.SENTENCE: pl.String(),
        Columns.SENTIMENT: pl.Int8(),
        Columns.PART: pl.String(),
    }
)
REJECTED: Final = pl.Schema({Columns.FILE: pl.String(), Columns.LINE: pl.Int64(), Columns.REASON: pl.String()})
