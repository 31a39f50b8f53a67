"""Bare ratings of Amazon Reviews 2023: `user_id,parent_asin,rating,timestamp` in CSV, with or without a header."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns
from rr_data.sources.json_lines import BadRowError, read_rows
from rr_data.sources.line_stream import Rejects
from rr_data.sources.record_fields import id_of, rating_of, seconds_of

MILLISECONDS: Final = 1000
_FIELDS: Final = ("user_id", "parent_asin", "rating", "timestamp")
_HISTORY: Final = "history"  # space-joined earlier items of files `*_w_his`: it repeats other rows and is not read
_WHOLE: Final = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,19}(?:\.\d{0,19})?", re.ASCII)
_SCHEMA: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.ITEM_ID: pl.String(),
        Columns.TIMESTAMP: pl.Int64(),
        Columns.RATING: pl.Float32(),
    }
)


def looks_like_ratings(line: str) -> bool:
    """Whether a line can be a row or the header of such a file.

    Example:
        >>> looks_like_ratings("AE2,B01,5.0,1588687728923"), looks_like_ratings('{"user_id": "AE2"}')
        (True, False)
    """
    return not line.startswith("{") and line.count(",") + 1 in (len(_FIELDS), len(_FIELDS) + 1)


def read_ratings_csv(path: Path) -> tuple[pl.DataFrame, Rejects]:
    """Read a file of ratings.

    Returns:
        `line`, `user_id`, `item_id`, `timestamp` in seconds and `rating`, null where it is 0; and the rejected lines.
        The row at which a damaged gzip file breaks off is rejected: its time may be cut.

    Raises:
        UnreadableSourceError: no such file, or one that the system refuses to read.
    """
    return read_rows(path, _take, _SCHEMA, parse=_split, keep_torn=False)


def _split(line: str) -> list[str]:
    return line.rstrip("\r").split(",")


def _take(values: list[str]) -> tuple[Any, ...] | None:
    if len(values) not in (len(_FIELDS), len(_FIELDS) + 1):
        raise BadRowError(f"{len(values)} fields; expected {', '.join(_FIELDS)} and maybe {_HISTORY}")
    if tuple(values[: len(_FIELDS)]) == _FIELDS:
        return None
    record: dict[str, Any] = dict(zip(_FIELDS, values, strict=False))
    record["timestamp"] = int(record["timestamp"]) if _WHOLE.fullmatch(record["timestamp"]) else record["timestamp"]
    record["rating"] = float(record["rating"]) if _NUMBER.fullmatch(record["rating"]) else record["rating"] or None
    return (
        id_of(record, "user_id"),
        id_of(record, "parent_asin"),
        seconds_of(record, "timestamp", per_second=MILLISECONDS),
        rating_of(record, "rating"),
    )
