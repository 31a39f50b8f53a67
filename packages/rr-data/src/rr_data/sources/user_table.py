"""Tables that describe users: a text, a domain."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.item_table import read_table
from rr_data.sources.source import RAW_USERS, rejected_rows

_TEXTS: Final = (Columns.TEXT, "description")


def read_user_table(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a user table in TSV, CSV (both plain or gzip) or Parquet.

    Its columns: `user_id`, and any of a text (`text`, else `description`) and a `domain`. Other columns are ignored.

    Returns:
        `RAW_USERS` and the rejected rows: those without an id, and repetitions of an id.

    Raises:
        UnreadableSourceError: no such file, not a table, or no column `user_id`.
    """
    rows, rejected = read_table(path)
    if Columns.USER_ID not in rows.columns:
        there = ", ".join(name for name in rows.columns if name != Columns.LINE)
        raise UnreadableSourceError(f"{path}: no column {Columns.USER_ID!r}; it has {there}")
    text = next((name for name in _TEXTS if name in rows.columns), None)
    identity = pl.col(Columns.USER_ID).cast(pl.String).str.strip_chars()
    users = rows.select(
        pl.when(identity != "").then(identity).alias(Columns.USER_ID),
        _words(Columns.DOMAIN if Columns.DOMAIN in rows.columns else None).alias(Columns.DOMAIN),
        _words(text).alias(Columns.TEXT),
        pl.col(Columns.LINE),
    )
    named = users.filter(pl.col(Columns.USER_ID).is_not_null())
    first = pl.col(Columns.USER_ID).is_first_distinct()
    reasons = [(line, "no user id") for line in users.filter(pl.col(Columns.USER_ID).is_null())[Columns.LINE]]
    again = named.filter(~first).select(Columns.USER_ID, Columns.LINE)
    reasons += [(line, f"user {name} again") for name, line in again.iter_rows()]
    return named.filter(first).select(RAW_USERS.names()), pl.concat([rejected, rejected_rows(path, reasons)])


def _words(name: str | None) -> pl.Expr:
    """A column's texts, blanks in a row made one, null where nothing is left."""
    if name is None:
        return pl.lit(None, pl.String)
    text = pl.col(name).cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)
