"""Score every system of a predictions table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError, InvalidPredictionsError, UnknownNameError
from rr_eval.metrics import Metric, parse_metrics
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import TargetRanks, Ties, target_ranks
from rr_eval.routing.cost import Cost, mean_cost
from rr_eval.significance import bootstrap_interval

RANKING_TASKS = ("sequential", "direct")
DEFAULT_METRICS = ("HR@5", "NDCG@5")


@dataclass(frozen=True, slots=True)
class Score:
    """One cell of the results table: a metric's mean over a system's n queries, with its bootstrap interval."""

    system: str
    metric: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What `evaluate` found.

    Attributes:
        task: the task that was scored.
        metrics: in the order asked for.
        ranks: where every target stands, by system, in the order of the table.
        scores: one a system and metric.
        costs: mean latency, FLOPs and tool use, by system.
        ties: the tie policy.
        seed, n_resamples, level: of the bootstrap intervals.
        notes: what a reader must know to trust the numbers.
    """

    task: str
    metrics: tuple[Metric, ...]
    ranks: Mapping[str, TargetRanks]
    scores: tuple[Score, ...]
    costs: Mapping[str, Cost]
    ties: Ties
    seed: int
    n_resamples: int
    level: float
    notes: tuple[str, ...] = field(default=())

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems, in the order of the table."""
        return tuple(self.ranks)

    def score(self, system: str, metric: str) -> Score:
        """Return one cell.

        Raises:
            UnknownNameError: the system or metric was not evaluated.
        """
        for cell in self.scores:
            if (cell.system, cell.metric) == (system, metric):
                return cell
        kind, name, known = ("system", system, self.systems)
        if system in known:
            kind, name, known = "metric", metric, tuple(known_metric.name for known_metric in self.metrics)
        raise UnknownNameError(kind, name, known)

    def values(self, system: str, metric: Metric) -> NDArray[np.float64]:
        """Return the metric's value for each of the system's queries [N], in the order of its `ranks`."""
        return metric.values(self.ranks[system].ranks)

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the single ranks, ready for JSON."""
        systems = [
            {
                "system": system,
                "queries": len(ranks),
                "tied_share": ranks.tied_share,
                "metrics": {
                    cell.metric: {"value": cell.value, "low": cell.low, "high": cell.high}
                    for cell in self.scores
                    if cell.system == system
                },
                **self.costs[system].as_dict(),
            }
            for system, ranks in self.ranks.items()
        ]
        options = {"ties": self.ties, "seed": self.seed, "n_resamples": self.n_resamples, "level": self.level}
        return {"task": self.task, **options, "systems": systems, "notes": list(self.notes)}


def evaluate(
    predictions: Predictions,
    *,
    metrics: Sequence[str] = DEFAULT_METRICS,
    seed: int,
    task: str | None = None,
    ties: Ties = "middle",
    n_resamples: int = 2000,
    level: float = 0.95,
) -> Evaluation:
    """Score every system of a predictions table on one ranking task.

    Args:
        predictions: the table.
        metrics: names such as "HR@5".
        seed: of the bootstrap.
        task: which task, where the table holds several.
        ties: where in its tie group a target stands.
        n_resamples, level: of the bootstrap intervals.

    Raises:
        InvalidPredictionsError: the table is empty, or its rank columns contradict its lists.
        UnknownNameError: a metric or the task is unknown.
        InvalidArgumentError: the table holds several tasks and none was chosen, or a task that is not ranked.

    Example:
        >>> table = Predictions.from_columns(
        ...     query_id=["q1", "q2"], user_id=["u1", "u2"], task="sequential", system="popularity",
        ...     items=[["a", "b"], ["b", "a"]], scores=[[2.0, 1.0], [2.0, 1.0]], target=["a", "a"])
        >>> evaluate(table, metrics=["HR@1"], seed=0).score("popularity", "HR@1").value
        0.5
    """
    parsed = parse_metrics(metrics)
    rows = _rows_of_task(predictions, task)
    parts = dict(rows.by_system())
    ranks = {system: target_ranks(part, ties=ties) for system, part in parts.items()}
    scores = []
    for system, system_ranks in ranks.items():
        for metric in parsed:
            cell = bootstrap_interval(
                metric.values(system_ranks.ranks), seed=seed, n_resamples=n_resamples, level=level
            )
            scores.append(Score(system, metric.name, cell.mean, cell.low, cell.high, cell.n))
    return Evaluation(
        task=rows.tasks[0],
        metrics=parsed,
        ranks=ranks,
        scores=tuple(scores),
        costs={system: mean_cost(part) for system, part in parts.items()},
        ties=ties,
        seed=seed,
        n_resamples=n_resamples,
        level=level,
        notes=_notes(ranks, parsed),
    )


def _rows_of_task(predictions: Predictions, task: str | None) -> Predictions:
    if not len(predictions):
        raise InvalidPredictionsError("query_id", "no rows", "at least one prediction to score")
    if task is None and len(predictions.tasks) > 1:
        raise InvalidArgumentError("task", f"a table with {', '.join(predictions.tasks)}", "a choice of one of them")
    chosen = task or predictions.tasks[0]
    if chosen not in RANKING_TASKS:
        raise InvalidArgumentError("task", repr(chosen), f"a ranking task: {' or '.join(RANKING_TASKS)}")
    return predictions.of_task(chosen)


def _notes(ranks: Mapping[str, TargetRanks], metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Warn where a number rests on less than it seems: lists cut above k, and systems on different queries."""
    notes = []
    for metric in metrics:
        for system, found in ranks.items():
            short = found.list_lengths < (np.inf if metric.k is None else metric.k)
            unknown = int(np.count_nonzero(np.isinf(found.ranks) & short))
            if unknown:
                notes.append(
                    f"{metric.name} of {system}: {unknown} lists end before place {metric.k or 'last'} without the "
                    "target and without n_ahead; they count as misses"
                )
    queries = {frozenset(found.query_ids) for found in ranks.values()}
    if len(queries) > 1:
        notes.append(
            "the systems answered different queries; their means are not comparable, paired differences use the "
            "shared ones"
        )
    return tuple(notes)
