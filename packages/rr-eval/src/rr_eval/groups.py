"""Score by group: evidence-horizon level, cold-start group, or any other column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.evaluation import DEFAULT_METRICS, Evaluation, evaluate
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties

NO_GROUP = "(none)"
_LEVELS = ("low", "medium", "high")


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
    present = sorted({value for value in as_objects if value is not None}, key=_order)
    groups = {str(value): predictions.filter(as_objects == value) for value in present}
    missing = np.array([value is None for value in as_objects], dtype=bool)
    return groups | ({NO_GROUP: predictions.filter(missing)} if missing.any() else {})


def evaluate_by(
    predictions: Predictions,
    *,
    by: str = "group",
    metrics: Sequence[str] = DEFAULT_METRICS,
    seed: int,
    task: str | None = None,
    ties: Ties = "middle",
    n_resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Evaluation]:
    """Evaluate each group by itself; arguments and errors are those of `evaluate` and `split_by`."""
    rows = predictions if task is None else predictions.of_task(task)
    return {
        name: evaluate(part, metrics=metrics, seed=seed, ties=ties, n_resamples=n_resamples, level=level)
        for name, part in split_by(rows, by).items()
    }


def _order(value: object) -> tuple[int, object]:
    return (0, _LEVELS.index(value)) if isinstance(value, str) and value in _LEVELS else (1, value)
