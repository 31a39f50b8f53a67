"""The columns of a predictions table (schema version 1), and what each may hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from rr_eval.errors import InvalidPredictionsError
from rr_eval.table_checks import check_lists, check_rank_columns, check_relevant_lists, check_unique

VERSION = 1
VERSION_KEY = b"rr_predictions_version"
TASKS = ("sequential", "direct", "ctr", "explanation")
ROUTES = ("tools", "reasoner", "both")


class Presence(StrEnum):
    """Whether a table must have a column."""

    REQUIRED = "required"  # there, without nulls
    NULLABLE = "nullable"  # filled with nulls where absent
    OPTIONAL = "optional"  # may be absent


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, whether it must be there, and the values it may hold."""

    name: str
    type: pa.DataType
    presence: Presence
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


COLUMNS = (
    Column("query_id", pa.string(), Presence.REQUIRED),
    Column("user_id", pa.string(), Presence.REQUIRED),
    Column("task", pa.string(), Presence.REQUIRED, allowed=TASKS),
    Column("system", pa.string(), Presence.REQUIRED),
    Column("items", pa.list_(pa.string()), Presence.REQUIRED),
    Column("scores", pa.list_(pa.float32()), Presence.REQUIRED),
    Column("target", pa.string(), Presence.REQUIRED),
    Column("n_ahead", pa.int32(), Presence.NULLABLE, low=0),
    Column("n_tied", pa.int32(), Presence.NULLABLE, low=0),
    Column("confidence", pa.float32(), Presence.NULLABLE, low=0, high=1),
    Column("route", pa.string(), Presence.NULLABLE, allowed=ROUTES),
    Column("tools_used", pa.list_(pa.string()), Presence.NULLABLE),
    Column("latency_ms", pa.float32(), Presence.NULLABLE, low=0),
    Column("flops", pa.float64(), Presence.NULLABLE, low=0),
    Column("group", pa.string(), Presence.NULLABLE),
    Column("label", pa.float32(), Presence.OPTIONAL, low=0, high=1),
    Column("thought", pa.string(), Presence.OPTIONAL),
    Column("reason", pa.string(), Presence.OPTIONAL),
    Column("relevant", pa.list_(pa.string()), Presence.OPTIONAL),
    Column("gains", pa.list_(pa.float32()), Presence.OPTIONAL),
    Column("reference", pa.string(), Presence.OPTIONAL),
    Column("feature", pa.string(), Presence.OPTIONAL),
)
NAMES = tuple(column.name for column in COLUMNS)


def conform(table: pa.Table, *, source: str) -> pa.Table:
    """Return `table` with the schema's column order and types; columns of the team's own are kept at the end.

    Raises:
        InvalidPredictionsError: a required column is absent or has nulls, a type does not fit, or a value is not
            allowed. The message names `source`, the column and, where there is one, the row.
    """
    arrays = {}
    for column in COLUMNS:
        if column.name in table.column_names:
            arrays[column.name] = _cast(table.column(column.name), column, source)
        elif column.presence is Presence.REQUIRED:
            present = ", ".join(table.column_names) or "no columns"
            raise InvalidPredictionsError(
                column.name, f"a table without it ({present})", f"{column.type}", source=source
            )
        elif column.presence is Presence.NULLABLE:
            arrays[column.name] = pa.nulls(len(table), column.type)
    own = {name: table.column(name) for name in table.column_names if name not in NAMES}
    conformed = pa.table({**arrays, **own}).combine_chunks().replace_schema_metadata({VERSION_KEY: str(VERSION)})
    check_lists(conformed, source=source)
    check_rank_columns(conformed, source=source)
    check_relevant_lists(conformed, source=source)
    check_unique(conformed, source=source)
    return conformed


def _cast(values: pa.ChunkedArray, column: Column, source: str) -> pa.ChunkedArray:
    try:
        # Rounding to float32 is meant; a string that is no number, or 1.5 for a count, is not.
        cast = values.cast(column.type) if values.type != column.type else values
    except pa.ArrowException:
        raise InvalidPredictionsError(column.name, f"type {values.type}", f"{column.type}", source=source) from None
    if column.presence is Presence.REQUIRED and cast.null_count:
        row = pc.index(cast.is_null(), True).as_py()
        raise InvalidPredictionsError(column.name, f"null in row {row}", f"{column.type} in every row", source=source)
    if column.allowed:
        wrong = pc.and_(pc.is_valid(cast), pc.invert(pc.is_in(cast, pa.array(column.allowed))))
        _refuse_first(cast, wrong, column, f"one of {', '.join(column.allowed)}", source)
    if column.low is not None:
        fits = pc.greater_equal(cast, column.low)
        span = "finite, 0 or more"
        if column.high is not None:
            fits, span = pc.and_(fits, pc.less_equal(cast, column.high)), f"in [{column.low:g}, {column.high:g}]"
        if pa.types.is_floating(column.type):
            fits = pc.and_(fits, pc.is_finite(cast))
        _refuse_first(cast, pc.invert(fits), column, f"{column.type} {span}", source)
    return cast


def _refuse_first(values: pa.ChunkedArray, wrong: pa.ChunkedArray, column: Column, expected: str, source: str) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise InvalidPredictionsError(column.name, f"{values[row].as_py()!r} in row {row}", expected, source=source)
