"""What the systems of a predictions table answered, reduced to what its task's metrics need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.ctr.clicks import Clicks
from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import KIND_OF_TASK, Metric
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.ranking.target_ranks import target_ranks
from rr_eval.statistics import Statistics
from rr_eval.text.explanations import Explanations


class Answers(Protocol):
    """One system's answers to N queries: `TargetRanks`, `Clicks` or `Explanations`."""

    @property
    def query_ids(self) -> pa.Array:
        """[N] Arrow strings."""

    @property
    def tied_share(self) -> float:
        """The share of queries whose answer rests on a tie."""

    def __len__(self) -> int:
        """Return N."""

    def statistics(self, metric: Metric) -> Statistics:
        """Return the statistics of one of the task's metrics."""

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the queries at these rows, in this order."""

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """Put the queries of several tables one after the other."""


def answers_of(predictions: Predictions, *, task: str, ties: Ties) -> Answers:
    """Reduce the rows of one system and task.

    Raises:
        EvalError: the table lacks what the task's metrics need.
    """
    kind = KIND_OF_TASK[task]
    if kind == "ranking":
        return target_ranks(predictions, ties=ties)
    return Clicks.of(predictions) if kind == "ctr" else Explanations.of(predictions)


def concat_answers(parts: Sequence[Answers], *, system: str) -> Answers:
    """Put the parts of one system one after the other.

    Raises:
        InvalidPredictionsError: a query stands in two of them.
    """
    if len(parts) == 1:
        return parts[0]
    whole = parts[0].concat(parts)
    if len(whole.query_ids.unique()) < len(whole):
        counts = whole.query_ids.value_counts()
        twice = counts.filter(pc.greater(counts.field("counts"), 1))[0].as_py()
        received = f"{twice['values']!r} {twice['counts']} times for system {system!r}"
        raise InvalidPredictionsError("query_id", received, "one row per query, system and task")
    return whole
