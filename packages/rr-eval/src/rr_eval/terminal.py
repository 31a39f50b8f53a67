"""Evaluations and comparisons as tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rr_eval.catalogue import CatalogueUse
from rr_eval.comparison import Comparison
from rr_eval.evaluation import Evaluation
from rr_eval.metrics import Metric


def evaluation_table(evaluation: Evaluation, *, title: str | None = None) -> RenderableType:
    """Show every system's metrics with their intervals, its tied targets and its cost, and the notes below."""
    table = _table(title)
    table.add_column("system", overflow="fold")
    for metric in evaluation.metrics:
        table.add_column(metric.name, justify="right", no_wrap=True)
    sizes = {len(answers) for answers in evaluation.answers.values()}
    for name in (*_queries_column(sizes, "queries"), "tied", "tools", "ms", "FLOPs"):
        table.add_column(name, justify="right", no_wrap=True)
    for system, answers in evaluation.answers.items():
        scores = (evaluation.score(system, metric.name) for metric in evaluation.metrics)
        cost = evaluation.costs[system]
        table.add_row(
            Text(system),
            *(f"{score.value:.4f} ±{(score.high - score.low) / 2:.4f}" for score in scores),
            *_queries_column(sizes, str(len(answers))),
            f"{answers.tied_share:.0%}",
            _optional(cost.tool_use_rate, "{:.0%}"),
            _optional(cost.latency_ms, "{:.3g}"),
            _optional(cost.flops, "{:.1e}"),
        )
    asked = evaluation.task + (f", {sizes.pop()} queries" if len(sizes) == 1 else "")
    foot = (
        f"{asked}; ± half the {100 * evaluation.level:g} % bootstrap interval ({evaluation.n_resamples} resamples, "
        f"seed {evaluation.seed}); ties: {evaluation.ties}; tied: targets in a tie; tools: queries that consulted one; "
        "ms, FLOPs: a query"
    )
    return Group(table, Text(foot, style="dim"), *(Text(f"note: {note}", style="yellow") for note in evaluation.notes))


def groups_table(evaluations: Mapping[str, Evaluation], by: str) -> RenderableType:
    """Show one evaluation table a group."""
    return Group(*(evaluation_table(part, title=f"{by} = {name}") for name, part in evaluations.items()))


def comparison_table(evaluation: Evaluation, comparison: Comparison) -> RenderableType:
    """Show every system's metrics and their difference to the reference; bold is significantly better than all."""
    table = _table(None)
    table.add_column("system", overflow="fold")
    for metric in evaluation.metrics:
        table.add_column(metric.name, justify="right", no_wrap=True)
        table.add_column(f"minus {comparison.reference}", justify="right", no_wrap=True)
    for system in evaluation.systems:
        cells: list[Text] = []
        for metric in evaluation.metrics:
            score = evaluation.score(system, metric.name)
            style = "bold" if comparison.best[metric.name] == system else ""
            cells.append(Text(f"{score.value:.4f}", style=style))
            cells.append(_difference(comparison, system, metric))
        table.add_row(Text(system), *cells)
    foot = (
        f"* p < {comparison.alpha:g}, paired {comparison.test} test ({evaluation.n_resamples} resamples, seed "
        f"{evaluation.seed}), Holm's correction for {len(comparison.differences)} differences; bold: significantly "
        "better than every other system"
    )
    return Group(table, Text(foot, style="dim"), *(Text(f"note: {note}", style="yellow") for note in evaluation.notes))


def catalogue_table(use: Mapping[str, CatalogueUse], *, k: int) -> RenderableType:
    """Show what part of the catalogue each system recommends in its first k places."""
    table = _table(f"First {k} places against the catalogue")
    for name in ("system", "coverage", "Gini", "popularity", "bias", "novelty"):
        table.add_column(name, justify="left" if name == "system" else "right", no_wrap=name != "system")
    for system, figures in use.items():
        table.add_row(Text(system), *(f"{value:.4g}" for value in figures.as_dict().values()))
    return table


def _queries_column(sizes: set[int], text: str) -> tuple[str, ...]:
    """A column that stands only where the systems answered different numbers of queries."""
    return (text,) if len(sizes) > 1 else ()


def _table(title: str | None) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


def _optional(value: float | None, pattern: str) -> str:
    return "-" if value is None else pattern.format(value)


def _difference(comparison: Comparison, system: str, metric: Metric) -> Text:
    difference = comparison.difference(system, metric.name)
    if difference is None:
        return Text("reference", style="dim")
    significant = comparison.is_significant(system, metric.name)
    better = (difference.mean < 0) == metric.lower_is_better
    style = "" if not significant else "green" if better else "red"
    p = "p<.001" if difference.p_value < 0.001 else f"p={difference.p_value:.3f}".replace("0.", ".")
    return Text(f"{difference.mean:+.4f}{'*' if significant else ' '} {p}", style=style)
