"""Groups of rows: evidence-horizon level, cold-start group, item popularity, or any other column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.predictions import Predictions
from rr_eval.side_table import POPULARITY

NO_GROUP = "(none)"
_LEVELS = ("low", "medium", "high", *POPULARITY)


def split_by(predictions: Predictions, column: str) -> dict[str, Predictions]:
    """Return the rows of each value of a column: levels from low to high, other values sorted, nulls last.

    Args:
        predictions: the table.
        column: a column of strings, whole numbers or booleans; also one of the team's own.

    Raises:
        UnknownNameError: there is no such column.
        InvalidArgumentError: the column holds lists or floating-point numbers.
    """
    if column not in predictions.table.column_names:
        raise UnknownNameError("column", column, predictions.table.column_names)
    values = predictions.table[column]
    if pa.types.is_nested(values.type) or pa.types.is_floating(values.type):
        raise InvalidArgumentError("by", f"column '{column}' of type {values.type}", "strings or whole numbers")
    as_objects = np.array(values.to_pylist(), dtype=object)
    names = np.array([NO_GROUP if value is None else str(value) for value in as_objects], dtype=object)
    return {name: predictions.filter(names == name) for name in sorted(set(names), key=group_order)}


def group_order(name: str) -> tuple[int, int, str]:
    """Sort groups: levels from low to high and from head to tail, numbers, other names, no group."""
    if name in _LEVELS:
        return 0, _LEVELS.index(name), name
    if name.removeprefix("-").isdecimal():
        return 1, int(name), name
    return (3 if name == NO_GROUP else 2), 0, name
