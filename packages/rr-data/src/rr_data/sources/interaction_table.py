"""From a table as the source has it to interactions: types checked, bad rows set aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.clean_blocks import without_blanks_around
from rr_data.sources.source import RAW_INTERACTIONS

TIME_UNITS: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_RATED: Final = "rated"
_EXACT: Final = 2**53  # whole numbers beyond it are not exact in float64


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """What a table calls our columns: options that sources of tables share.

    Attributes:
        user_id: column of user ids.
        item_id: column of item ids.
        timestamp: column of times; None takes `timestamp` if there is such a column.
        rating: column of ratings; None takes `rating` if there is such a column.
        time_unit: `s`, `ms`, `us` or `ns`, for times that are numbers.
    """

    user_id: str = Columns.USER_ID
    item_id: str = Columns.ITEM_ID
    timestamp: str | None = None
    rating: str | None = None
    time_unit: str = "s"

    def __post_init__(self) -> None:
        """Check the unit."""
        if self.time_unit not in TIME_UNITS:
            raise OptionError("time_unit", self.time_unit, ", ".join(TIME_UNITS))


def to_interactions(
    rows: pl.DataFrame, names: ColumnNames, *, path: Path, file_index: int, stripped: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Interactions and rejected rows of one table.

    A row is rejected for a missing id, a time that is not a whole number (a table whose times are all missing has
    none), and a rating that is not a finite number. A missing rating is null.

    Args:
        rows: the table, with a column `line`.
        names: what it calls our columns.
        path: its file, for messages.
        file_index: the file's place among those of the source.
        stripped: whether its strings have no blanks around them and are null instead of empty, as `read_table` gives
            them when asked to. They are stripped here otherwise.

    Raises:
        UnreadableSourceError: a column is missing; names those that there are.
    """
    time = _optional(rows, names.timestamp, Columns.TIMESTAMP, path)
    rating = _optional(rows, names.rating, Columns.RATING, path)
    if time is not None and rows[time].null_count() == rows.height:
        time = None
    read = rows.select(
        _id(rows, names.user_id, path, stripped).alias(Columns.USER_ID),
        _id(rows, names.item_id, path, stripped).alias(Columns.ITEM_ID),
        _seconds(rows, time, names.time_unit).alias(Columns.TIMESTAMP),
        _number(rating).alias(Columns.RATING),
        pl.lit(file_index, pl.UInt16).alias(Columns.FILE),
        pl.col(Columns.LINE).cast(pl.Int64),
    )
    unrated = rows[rating].null_count() if rating else rows.height
    lacking = [read[name].null_count() for name in (Columns.USER_ID, Columns.ITEM_ID)]
    lacking += [read[Columns.TIMESTAMP].null_count() if time else 0, read[Columns.RATING].null_count() - unrated]
    if not any(lacking):
        return read, pl.DataFrame(schema=columns.REJECTED)
    rated = rows[rating].is_not_null() if rating else pl.repeat(False, rows.height, eager=True)
    return _divided(read.with_columns(rated.alias(_RATED)), time=time, rating=rating, path=path)


def numeric_types(names: ColumnNames) -> dict[str, pl.DataType]:
    """The types that times and ratings have in a clean table, by column."""
    return {names.timestamp or Columns.TIMESTAMP: pl.Int64(), names.rating or Columns.RATING: pl.Float32()}


def _divided(
    read: pl.DataFrame, *, time: str | None, rating: str | None, path: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Good rows, and `columns.REJECTED` for the others."""
    reasons = [
        (pl.col(Columns.USER_ID).is_null(), "no user id"),
        (pl.col(Columns.ITEM_ID).is_null(), "no item id"),
        (pl.col(Columns.TIMESTAMP).is_null() & (time is not None), f"{time}: not a whole number"),
        (pl.col(Columns.RATING).is_null() & pl.col(_RATED), f"{rating}: not a number"),
    ]
    reason = pl.coalesce(pl.when(condition).then(pl.lit(text)) for condition, text in reasons)
    judged = read.with_columns(reason.alias(Columns.REASON))
    rejected = judged.filter(pl.col(Columns.REASON).is_not_null()).with_columns(pl.lit(path.name).alias(Columns.FILE))
    good = judged.filter(pl.col(Columns.REASON).is_null())
    return good.select(RAW_INTERACTIONS.names()), rejected.select(columns.REJECTED.names())


def _optional(rows: pl.DataFrame, name: str | None, usual: str, path: Path) -> str | None:
    if name is None:
        return usual if usual in rows.columns else None
    return _present(rows, name, path)


def _present(rows: pl.DataFrame, name: str, path: Path) -> str:
    if name not in rows.columns:
        there = ", ".join(column for column in rows.columns if column != Columns.LINE)
        raise UnreadableSourceError(f"{path}: no column {name!r}; it has {there}")
    return name


def _id(rows: pl.DataFrame, name: str, path: Path, bare: bool) -> pl.Expr:
    text = pl.col(_present(rows, name, path)).cast(pl.String)
    return text if bare else without_blanks_around(text)


def _seconds(rows: pl.DataFrame, name: str | None, unit: str) -> pl.Expr:
    """Whole seconds; null where the value is no time. Never through float32, which has a resolution of 64 s."""
    if name is None:
        return pl.lit(None, pl.Int64)
    dtype = rows.schema[name]
    if dtype.is_temporal():
        return pl.col(name).dt.epoch("s")
    if dtype.is_integer():
        whole_units = pl.col(name).cast(pl.Int64, strict=False)
        return whole_units if unit == "s" else whole_units // TIME_UNITS[unit]
    value = pl.col(name).str.strip_chars() if dtype == pl.String() else pl.col(name)
    number = value.cast(pl.Float64, strict=False)
    whole = number.is_finite() & (number.floor() == number) & (number.abs() < _EXACT)
    exact = number.cast(pl.Int64, strict=False) if dtype.is_float() else value.cast(pl.Int64, strict=False)
    return pl.coalesce(exact, pl.when(whole).then(number.cast(pl.Int64, strict=False))) // TIME_UNITS[unit]


def _number(name: str | None) -> pl.Expr:
    if name is None:
        return pl.lit(None, pl.Float32)
    value = pl.col(name).cast(pl.Float32, strict=False)
    return pl.when(value.is_finite()).then(value)
