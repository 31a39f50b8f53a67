"""The report that a predictions table alone can fill."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa  # type: ignore[import-untyped]

from rr_eval.evaluation import Evaluation, evaluate
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.report.document import Provenance, Report, Section
from rr_eval.report.reliability_diagram import ReliabilityDiagram
from rr_eval.report.results_table import ResultsTable
from rr_eval.report.route_table import RouteTable


def report_from_predictions(
    predictions: Predictions,
    *,
    title: str,
    provenance: Provenance,
    seed: int,
    metrics: Sequence[str] | None = None,
    task: str | None = None,
    reference: str | None = None,
    bounds: Sequence[str] = (),
    right_at: int = 1,
    ties: Ties = "middle",
) -> Report:
    """Build a report: the results, the routes of each router, the reliability of each stated confidence.

    Args:
        predictions: the table.
        title: the headline.
        provenance: for the foot of the page.
        seed: of the bootstrap.
        metrics: names such as "HR@5"; the first also measures the routes.
        task: which task, where the table holds several.
        reference: the system that differences refer to.
        bounds: systems that are limits rather than contenders, such as an oracle.
        right_at: an answer is right, for calibration, where its target is among the first so many items.
        ties: where in its tie group a target stands.

    Raises:
        EvalError: as `evaluate`, `compare`, `risk_mix` and `ReliabilityDiagram.from_predictions` do.
    """
    evaluation = evaluate(predictions, metrics=metrics, seed=seed, task=task, ties=ties)
    rows = predictions.of_task(evaluation.task)
    sections: list[Section] = [ResultsTable.from_evaluation(evaluation, reference=reference, bounds=bounds)]
    parts = dict(rows.by_system())
    first = evaluation.metrics[0].name
    sections += [
        RouteTable.from_predictions(
            part, system=system, seed=seed, metric=first, ties=ties, title=f"Routes of {system}"
        )
        for system, part in parts.items()
        if part.known("route").any()
    ]
    sections += [
        ReliabilityDiagram.from_predictions(
            part, system=system, k=right_at, ties=ties, title=f"Calibration of {system}"
        )
        for system, part in parts.items()
        if part.known("confidence").any()
    ]
    return Report(title, _summary(evaluation, bounds), sections, provenance)


def _summary(evaluation: Evaluation, bounds: Sequence[str]) -> str:
    metric = evaluation.metrics[0].name
    contenders = [system for system in evaluation.systems if system not in bounds] or evaluation.systems
    top = max((evaluation.score(system, metric) for system in contenders), key=lambda score: score.value)
    n_queries = len(pa.chunked_array([answers.query_ids for answers in evaluation.answers.values()]).unique())
    systems = f"{len(evaluation.systems)} systems" if len(evaluation.systems) > 1 else "One system"
    return (
        f"{systems} answered {n_queries} {evaluation.task} queries. "
        f"The highest {metric} is {top.value:.4f} [{top.low:.4f}, {top.high:.4f}], by {top.system}."
    )
