"""Score every system of a predictions table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rr_eval.answers import Answers
from rr_eval.collection import Collected, collect
from rr_eval.errors import UnknownNameError
from rr_eval.metrics import DEFAULT_METRICS, KIND_OF_TASK, Metric, parse_metrics
from rr_eval.notes import notes_on
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.routing.cost import Cost
from rr_eval.significance import bootstrap_interval
from rr_eval.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Score:
    """One cell of the results table: a metric over a system's n queries (users for GAUC), with a bootstrap interval."""

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
        answers: what every system answered, by system, in the order of the table: for a ranking task `TargetRanks`.
        scores: one a system and metric.
        costs: mean latency, FLOPs and tool use, by system.
        ties: the tie policy.
        seed, n_resamples, level: of the bootstrap intervals.
        notes: what a reader must know to trust the numbers.
    """

    task: str
    metrics: tuple[Metric, ...]
    answers: Mapping[str, Answers]
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
        return tuple(self.answers)

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

    def statistics(self, system: str, metric: Metric) -> Statistics:
        """Return what each of the system's queries adds to a metric, in the order of its `answers`."""
        return self.answers[system].statistics(metric)

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the single answers, ready for JSON."""
        systems = [
            {
                "system": system,
                "queries": len(answers),
                "tied_share": answers.tied_share,
                "metrics": {
                    cell.metric: {"value": cell.value, "low": cell.low, "high": cell.high}
                    for cell in self.scores
                    if cell.system == system
                },
                **self.costs[system].as_dict(),
            }
            for system, answers in self.answers.items()
        ]
        options = {"ties": self.ties, "seed": self.seed, "n_resamples": self.n_resamples, "level": self.level}
        return {"task": self.task, **options, "systems": systems, "notes": list(self.notes)}


def evaluate(
    predictions: Predictions | Iterable[Predictions],
    *,
    metrics: Sequence[str] | None = None,
    seed: int,
    task: str | None = None,
    ties: Ties = "middle",
    n_resamples: int = 2000,
    level: float = 0.95,
) -> Evaluation:
    """Score every system of a predictions table on one task.

    Args:
        predictions: the table; or tables one after the other, such as a `PredictionsFile` larger than memory.
        metrics: names such as "HR@5"; None: HR@5 and NDCG@5 of rankings, AUC and LogLoss of clicks, BLEU-4 and ROUGE-L
            of explanations.
        seed: of the bootstrap.
        task: which task, where the table holds several.
        ties: where in its tie group a target stands.
        n_resamples, level: of the bootstrap intervals.

    Raises:
        InvalidPredictionsError: the table is empty, its rank columns contradict its lists, or it lacks what the task's
            metrics need.
        UnknownNameError: a metric or the task is unknown.
        InvalidArgumentError: the table holds several tasks and none was chosen, or a metric is for another task.

    Example:
        >>> table = Predictions.from_columns(
        ...     query_id=["q1", "q2"], user_id=["u1", "u2"], task="sequential", system="popularity",
        ...     items=[["a", "b"], ["b", "a"]], scores=[[2.0, 1.0], [2.0, 1.0]], target=["a", "a"])
        >>> evaluate(table, metrics=["HR@1"], seed=0).score("popularity", "HR@1").value
        0.5
    """
    (found,) = collect(predictions, task=task, ties=ties).values()
    return evaluation_of(found, metrics=metrics, seed=seed, ties=ties, n_resamples=n_resamples, level=level)


def evaluation_of(
    found: Collected, *, metrics: Sequence[str] | None, seed: int, ties: Ties, n_resamples: int, level: float
) -> Evaluation:
    """Score what was collected from a table; arguments and errors are those of `evaluate`."""
    names = DEFAULT_METRICS[KIND_OF_TASK[found.task]] if metrics is None else metrics
    parsed = parse_metrics(names, task=found.task)
    scores = []
    for system, answers in found.answers.items():
        for metric in parsed:
            cell = bootstrap_interval(answers.statistics(metric), seed=seed, n_resamples=n_resamples, level=level)
            scores.append(Score(system, metric.name, cell.mean, cell.low, cell.high, cell.n))
    return Evaluation(
        task=found.task,
        metrics=parsed,
        answers=found.answers,
        scores=tuple(scores),
        costs=found.costs,
        ties=ties,
        seed=seed,
        n_resamples=n_resamples,
        level=level,
        notes=notes_on(found.task, found.answers, parsed),
    )


def evaluate_by(
    predictions: Predictions | Iterable[Predictions],
    *,
    by: str = "group",
    metrics: Sequence[str] | None = None,
    seed: int,
    task: str | None = None,
    ties: Ties = "middle",
    n_resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Evaluation]:
    """Evaluate each group by itself; arguments and errors are those of `evaluate` and `split_by`."""
    return {
        name: evaluation_of(found, metrics=metrics, seed=seed, ties=ties, n_resamples=n_resamples, level=level)
        for name, found in collect(predictions, task=task, ties=ties, by=by).items()
    }
