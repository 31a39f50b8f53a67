"""Compare the systems of an evaluation: which differences are real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from rr_eval.answers import Answers
from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.evaluation import Evaluation
from rr_eval.holm_correction import holm
from rr_eval.metrics import Metric
from rr_eval.significance import PairedDifference, Test, paired_difference


@dataclass(frozen=True, slots=True)
class Difference:
    """A system minus the reference, on the queries both answered.

    Attributes:
        system, metric: the cell.
        difference: with its own p-value.
        adjusted_p: its p-value corrected for all differences that are compared at once (Holm).
    """

    system: str
    metric: str
    difference: PairedDifference
    adjusted_p: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What `compare` found.

    Attributes:
        reference: the system the others are compared with.
        bounds: systems that are limits rather than contenders, such as an oracle.
        alpha: a difference is significant where its adjusted p-value is below this.
        test: where the p-values come from.
        differences: one a system (but the reference) and metric.
        best: by metric the contender that is significantly better than *every* other one, or None.
    """

    reference: str
    bounds: tuple[str, ...]
    alpha: float
    test: Test
    differences: tuple[Difference, ...]
    best: Mapping[str, str | None]

    def difference(self, system: str, metric: str) -> PairedDifference | None:
        """Return one difference; None for the reference itself."""
        cell = self._cell(system, metric)
        return None if cell is None else cell.difference

    def is_significant(self, system: str, metric: str) -> bool:
        """Whether a system differs from the reference, all differences considered; False for the reference itself."""
        cell = self._cell(system, metric)
        return cell is not None and cell.adjusted_p < self.alpha

    def as_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        cells = []
        for cell in self.differences:
            figures = asdict(cell.difference)
            names = {"difference": figures.pop("mean"), "queries": figures.pop("n")}
            adjusted = {"adjusted_p": cell.adjusted_p, "significant": cell.adjusted_p < self.alpha}
            cells.append({"system": cell.system, "metric": cell.metric, **names, **figures, **adjusted})
        head = {"reference": self.reference, "bounds": list(self.bounds), "alpha": self.alpha, "test": self.test}
        return {**head, "differences": cells, "best": dict(self.best)}

    def _cell(self, system: str, metric: str) -> Difference | None:
        found = (cell for cell in self.differences if (cell.system, cell.metric) == (system, metric))
        return next(found, None)


def compare(
    evaluation: Evaluation,
    *,
    reference: str,
    bounds: Sequence[str] = (),
    alpha: float = 0.05,
    test: Test = "bootstrap",
) -> Comparison:
    """Compare every system with a reference, and find out which one may be called the best.

    The differences with the reference are looked at together, so their p-values are corrected (Holm, 1979): with
    probability 1 - alpha none of those called significant is a matter of luck.

    Args:
        evaluation: of `evaluate`; its seed and resamples are used.
        reference: the system the others are compared with.
        bounds: systems that are limits rather than contenders, such as an oracle; they are never the best.
        alpha: level of significance.
        test: `bootstrap` or `randomization`, see `paired_difference`.

    Raises:
        UnknownNameError: the reference or a bound was not evaluated.
        InvalidArgumentError: `alpha` is not between 0 and 1, the test is unknown, or two systems share no query.
    """
    _check_known(evaluation, (reference,))
    cells = [
        (system, metric.name, _paired(evaluation, system, reference, metric, test))
        for system in evaluation.systems
        if system != reference
        for metric in evaluation.metrics
    ]
    adjusted = holm([difference.p_value for *_, difference in cells])
    differences = tuple(Difference(*cell, float(p)) for cell, p in zip(cells, adjusted, strict=True))
    best = significantly_best(evaluation, bounds=bounds, alpha=alpha, test=test)
    return Comparison(reference, tuple(bounds), alpha, test, differences, best)


def significantly_best(
    evaluation: Evaluation, *, bounds: Sequence[str] = (), alpha: float = 0.05, test: Test = "bootstrap"
) -> dict[str, str | None]:
    """Return, by metric, the contender that is significantly better than every other one, or None.

    To be better than every other one is as likely by chance as to be better than the closest, so the largest of the
    p-values counts; over the metrics these are corrected (Holm, 1979). A single contender has nobody to be better than.

    Args:
        evaluation: of `evaluate`.
        bounds: systems that are limits rather than contenders.
        alpha: level of significance.
        test: `bootstrap` or `randomization`, see `paired_difference`.

    Raises:
        UnknownNameError: a bound was not evaluated.
        InvalidArgumentError: `alpha` is not between 0 and 1, the test is unknown, or two systems share no query.
    """
    _check_known(evaluation, bounds)
    if not 0 < alpha < 1:
        raise InvalidArgumentError("alpha", alpha, "a level between 0 and 1")
    contenders = [system for system in evaluation.systems if system not in bounds]
    if len(contenders) < 2:
        return dict.fromkeys(metric.name for metric in evaluation.metrics)
    leaders = [_leader(evaluation, contenders, metric, test) for metric in evaluation.metrics]
    adjusted = holm([p_value for _, p_value in leaders])
    return {
        metric.name: leader if p < alpha else None
        for metric, (leader, _), p in zip(evaluation.metrics, leaders, adjusted, strict=True)
    }


def _check_known(evaluation: Evaluation, systems: Sequence[str]) -> None:
    for system in systems:
        if system not in evaluation.systems:
            raise UnknownNameError("system", system, evaluation.systems)


def _leader(evaluation: Evaluation, contenders: Sequence[str], metric: Metric, test: Test) -> tuple[str, float]:
    """Return the contender with the best value, and the largest p-value of being better than another one."""
    sign = -1.0 if metric.lower_is_better else 1.0
    first = max(contenders, key=lambda system: sign * evaluation.score(system, metric.name).value)
    rivals = [_paired(evaluation, first, rival, metric, test) for rival in contenders if rival != first]
    return first, max(rival.p_value if sign * rival.mean > 0 else 1.0 for rival in rivals)


def _paired(evaluation: Evaluation, a: str, b: str, metric: Metric, test: Test) -> PairedDifference:
    left, right = _on_shared_queries(evaluation, a, b)
    return paired_difference(
        left.statistics(metric),
        right.statistics(metric),
        seed=evaluation.seed,
        n_resamples=evaluation.n_resamples,
        level=evaluation.level,
        test=test,
    )


def _on_shared_queries(evaluation: Evaluation, a: str, b: str) -> tuple[Answers, Answers]:
    left, right = evaluation.answers[a], evaluation.answers[b]
    if left.query_ids.equals(right.query_ids):
        return left, right
    at = pc.index_in(left.query_ids, value_set=right.query_ids)
    shared = at.is_valid().to_numpy(zero_copy_only=False)
    if not shared.any():
        raise InvalidArgumentError("systems", f"'{a}' and '{b}' without a query in common", "queries both answered")
    rows = at.filter(pa.array(shared)).to_numpy(zero_copy_only=False).astype(np.int64)
    return left.take(np.flatnonzero(shared)), right.take(rows)
