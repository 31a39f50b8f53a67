"""Compare the systems of an evaluation: which differences are real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.evaluation import Evaluation
from rr_eval.metrics import Metric
from rr_eval.significance import PairedDifference, paired_difference


@dataclass(frozen=True, slots=True)
class Difference:
    """A system minus the reference, on the queries both answered."""

    system: str
    metric: str
    difference: PairedDifference


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What `compare` found.

    Attributes:
        reference: the system the others are compared with.
        bounds: systems that are limits rather than contenders, such as an oracle.
        alpha: a difference is significant where its p-value is below this.
        differences: one a system (but the reference) and metric.
        best: by metric the contender that is significantly better than *every* other one, or None.
    """

    reference: str
    bounds: tuple[str, ...]
    alpha: float
    differences: tuple[Difference, ...]
    best: Mapping[str, str | None]

    def difference(self, system: str, metric: str) -> PairedDifference | None:
        """Return one difference; None for the reference itself."""
        found = (cell.difference for cell in self.differences if (cell.system, cell.metric) == (system, metric))
        return next(found, None)

    def as_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        cells = [
            {
                "system": cell.system,
                "metric": cell.metric,
                "difference": cell.difference.mean,
                "low": cell.difference.low,
                "high": cell.difference.high,
                "p_value": cell.difference.p_value,
                "significant": cell.difference.p_value < self.alpha,
                "queries": cell.difference.n,
            }
            for cell in self.differences
        ]
        head = {"reference": self.reference, "bounds": list(self.bounds), "alpha": self.alpha}
        return {**head, "differences": cells, "best": dict(self.best)}


def compare(evaluation: Evaluation, *, reference: str, bounds: Sequence[str] = (), alpha: float = 0.05) -> Comparison:
    """Compare every system with a reference, and find out which one may be called the best.

    The differences with the reference are single tests: of twenty without substance, one is significant by chance.

    Args:
        evaluation: of `evaluate`; its seed and resamples are used.
        reference: the system the others are compared with.
        bounds: systems that are limits rather than contenders, such as an oracle; they are never the best.
        alpha: level of significance.

    Raises:
        UnknownNameError: the reference or a bound was not evaluated.
        InvalidArgumentError: `alpha` is not between 0 and 1, or two systems share no query.
    """
    _check_known(evaluation, (reference,))
    others = [system for system in evaluation.systems if system != reference]
    differences = tuple(
        Difference(system, metric.name, _paired(evaluation, system, reference, metric))
        for system in others
        for metric in evaluation.metrics
    )
    best = significantly_best(evaluation, bounds=bounds, alpha=alpha)
    return Comparison(reference, tuple(bounds), alpha, differences, best)


def significantly_best(
    evaluation: Evaluation, *, bounds: Sequence[str] = (), alpha: float = 0.05
) -> dict[str, str | None]:
    """Return, by metric, the contender that is significantly better than every other one, or None.

    That takes the largest of several p-values, so it needs no correction for testing often. A single contender has
    nobody to be better than.

    Args:
        evaluation: of `evaluate`.
        bounds: systems that are limits rather than contenders.
        alpha: level of significance.

    Raises:
        UnknownNameError: a bound was not evaluated.
        InvalidArgumentError: `alpha` is not between 0 and 1, or two systems share no query.
    """
    _check_known(evaluation, bounds)
    if not 0 < alpha < 1:
        raise InvalidArgumentError("alpha", alpha, "a level between 0 and 1")
    contenders = [system for system in evaluation.systems if system not in bounds]
    return {metric.name: _best(evaluation, contenders, metric, alpha) for metric in evaluation.metrics}


def _check_known(evaluation: Evaluation, systems: Sequence[str]) -> None:
    for system in systems:
        if system not in evaluation.systems:
            raise UnknownNameError("system", system, evaluation.systems)


def _best(evaluation: Evaluation, contenders: Sequence[str], metric: Metric, alpha: float) -> str | None:
    if len(contenders) < 2:
        return None
    first = max(contenders, key=lambda system: evaluation.score(system, metric.name).value)
    rivals = (_paired(evaluation, first, rival, metric) for rival in contenders if rival != first)
    return first if all(rival.mean > 0 and rival.p_value < alpha for rival in rivals) else None


def _paired(evaluation: Evaluation, a: str, b: str, metric: Metric) -> PairedDifference:
    values_a, values_b = evaluation.values(a, metric), evaluation.values(b, metric)
    queries_a, queries_b = evaluation.ranks[a].query_ids, evaluation.ranks[b].query_ids
    if not np.array_equal(queries_a, queries_b):
        _, rows_a, rows_b = np.intersect1d(queries_a.astype(str), queries_b.astype(str), return_indices=True)
        if not len(rows_a):
            raise InvalidArgumentError("systems", f"'{a}' and '{b}' without a query in common", "queries both answered")
        values_a, values_b = values_a[rows_a], values_b[rows_b]
    return paired_difference(
        values_a,
        values_b,
        seed=evaluation.seed,
        n_resamples=evaluation.n_resamples,
        level=evaluation.level,
    )
