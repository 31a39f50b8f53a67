"""Systems that were trained with several seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """A metric over the runs of one method.

    Attributes:
        method, metric: the cell.
        mean: over the runs.
        deviation: standard deviation over the runs (n - 1); how much luck in training does. None for one run.
        low, high: the lowest and the highest run.
        n: runs.
    """

    method: str
    metric: str
    mean: float
    deviation: float | None
    low: float
    high: float
    n: int


def runs_of_methods(systems: Sequence[str], *, separator: str = "#") -> dict[str, list[str]]:
    """Return the runs of each method, by the names that systems have before a separator.

    Example:
        >>> runs_of_methods(["sasrec#0", "sasrec#1", "popularity"])
        {'sasrec': ['sasrec#0', 'sasrec#1'], 'popularity': ['popularity']}
    """
    runs: dict[str, list[str]] = {}
    for system in systems:
        runs.setdefault(system.partition(separator)[0], []).append(system)
    return runs


def across_seeds(evaluation: Evaluation, runs: Mapping[str, Sequence[str]]) -> tuple[SeedSpread, ...]:
    """Return how each metric varies over the runs of each method.

    The bootstrap interval of one run says how it would do on other queries; this says how another seed would do on the
    same ones. A difference between methods should exceed both.

    Args:
        evaluation: of `evaluate`, every run a system.
        runs: the systems that are runs of each method, such as `runs_of_methods(evaluation.systems)`.

    Raises:
        UnknownNameError: a run was not evaluated.
        InvalidArgumentError: a method without a run.
    """
    spreads = []
    for method, systems in runs.items():
        if not systems:
            raise InvalidArgumentError("runs", f"none for {method!r}", "at least one")
        for system in systems:
            if system not in evaluation.systems:
                raise UnknownNameError("system", system, evaluation.systems)
        for metric in (metric.name for metric in evaluation.metrics):
            values = np.array([evaluation.score(system, metric).value for system in systems])
            deviation = float(values.std(ddof=1)) if len(values) > 1 else None
            figures = (float(values.mean()), deviation, float(values.min()), float(values.max()), len(values))
            spreads.append(SeedSpread(method, metric, *figures))
    return tuple(spreads)
