"""The report that a predictions table alone can fill."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa  # type: ignore[import-untyped]

from rr_eval.evaluation import Evaluation, evaluate, evaluate_by
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.report.cost_quality_chart import CostQualityChart, Spent
from rr_eval.report.document import Provenance, Report, Section
from rr_eval.report.radar_chart import RadarChart
from rr_eval.report.reliability_diagram import ReliabilityDiagram
from rr_eval.report.results_table import ResultsTable
from rr_eval.report.route_table import RouteTable
from rr_eval.report.selective_chart import risk_coverage_chart

_MOST_CURVES, _MOST_GROUPS = 4, 6


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
    """Build a report: results, quality against cost, groups, routes, reliability, risk at each coverage.

    A section that the table has no figures for is left out.

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
    parts = dict(rows.by_system())
    first = evaluation.metrics[0].name
    routed = [system for system, part in parts.items() if part.known("route").any()]
    sure = [system for system, part in parts.items() if part.known("confidence").any()]
    sections: list[Section] = [
        ResultsTable.from_evaluation(evaluation, reference=reference, bounds=bounds),
        *_costs(evaluation, first, bounds),
        *_radar(rows, evaluation, bounds),
    ]
    sections += [
        RouteTable.from_predictions(
            parts[system], system=system, seed=seed, metric=first, ties=ties, title=f"Routes of {system}"
        )
        for system in routed
    ]
    sections += [
        ReliabilityDiagram.from_predictions(
            parts[system], system=system, k=right_at, ties=ties, title=f"Calibration of {system}"
        )
        for system in sure
    ]
    if sure:
        shown = _highest(evaluation, sure)
        sections.append(risk_coverage_chart(rows, systems=shown, k=right_at, ties=ties))
    return Report(title, _summary(evaluation, bounds), sections, provenance)


def _costs(evaluation: Evaluation, metric: str, bounds: Sequence[str]) -> list[CostQualityChart]:
    """The chart of the cost that two systems or more have, operations before time."""
    spent: tuple[Spent, ...] = ("flops", "latency_ms")
    for cost in spent:
        if sum(bool(getattr(evaluation.costs[system], cost)) for system in evaluation.systems) > 1:
            return [CostQualityChart.from_evaluation(evaluation, metric=metric, spent=cost, bounds=bounds)]
    return []


def _radar(rows: Predictions, evaluation: Evaluation, bounds: Sequence[str]) -> list[RadarChart]:
    """The metrics of each group, where there are groups that all of the best systems answered."""
    names = [metric.name for metric in evaluation.metrics]
    contenders = [system for system in evaluation.systems if system not in bounds]
    if not rows.known("group").all() or len(contenders) < 2:
        return []
    groups = evaluate_by(rows, by="group", metrics=names, seed=evaluation.seed, ties=evaluation.ties, n_resamples=1)
    shown = _highest(evaluation, contenders)
    complete = {name: part for name, part in groups.items() if set(shown) <= set(part.systems)}
    if len(complete) * len(names) < 3 or len(complete) > _MOST_GROUPS:
        return []
    return [RadarChart.from_evaluations(complete, systems=shown, title="Group by group")]


def _highest(evaluation: Evaluation, systems: Sequence[str]) -> list[str]:
    """Up to four systems with the highest first metric: more curves are hard to tell apart."""
    metric = evaluation.metrics[0].name
    return sorted(systems, key=lambda system: -evaluation.score(system, metric).value)[:_MOST_CURVES]


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
