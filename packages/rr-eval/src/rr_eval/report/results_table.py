"""The results table: every system, every metric, with intervals and honest bold type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rr_eval.comparison import compare, significantly_best
from rr_eval.evaluation import Evaluation
from rr_eval.routing.cost import Cost
from rr_eval.significance import PairedDifference


@dataclass(frozen=True, slots=True)
class ResultCell:
    """One metric of one system.

    Attributes:
        value, low, high: the mean and its interval.
        full: the largest `high` of the column; bars are drawn relative to it.
        best: significantly better than every other contender.
        difference: to the reference, where there is one.
        significant: whether that difference is.
    """

    value: float
    low: float
    high: float
    full: float
    best: bool = False
    difference: PairedDifference | None = None
    significant: bool = False

    def place(self, value: float) -> str:
        """Return a value's place along the bar as a CSS percentage."""
        return f"{100 * value / self.full if self.full > 0 else 0:.2f}%"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One system."""

    system: str
    n: int
    cells: tuple[ResultCell, ...]
    cost: Cost
    is_reference: bool = False
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class ResultsTable:
    """A section with the results of all systems.

    Attributes:
        title: of the section.
        metrics: names of the columns.
        rows: one a system.
        reference: the system that differences refer to, or None.
        caption: how to read the table.
        notes: what a reader must know to trust the numbers.
        lead: a sentence or two before the table.
    """

    kind: ClassVar[str] = "Table"
    template: ClassVar[str] = "results_table.html.j2"

    title: str
    metrics: tuple[str, ...]
    rows: tuple[ResultRow, ...]
    reference: str | None = None
    caption: str = ""
    notes: tuple[str, ...] = ()
    lead: str = ""

    @classmethod
    def from_evaluation(
        cls,
        evaluation: Evaluation,
        *,
        title: str = "Results",
        reference: str | None = None,
        bounds: Sequence[str] = (),
        alpha: float = 0.05,
        lead: str = "",
    ) -> ResultsTable:
        """Build the table of an evaluation.

        Args:
            evaluation: of `rr_eval.evaluate`.
            title, lead: of the section.
            reference: adds each system's difference to this one, with its p-value.
            bounds: systems that are limits rather than contenders, such as an oracle; never bold.
            alpha: level of significance.

        Raises:
            UnknownNameError: the reference or a bound was not evaluated.
            InvalidArgumentError: two systems to compare share no query.
        """
        comparison = None if reference is None else compare(evaluation, reference=reference, bounds=bounds, alpha=alpha)
        best = significantly_best(evaluation, bounds=bounds, alpha=alpha) if comparison is None else comparison.best
        rows = []
        for system in evaluation.systems:
            cells = []
            for metric in (metric.name for metric in evaluation.metrics):
                score = evaluation.score(system, metric)
                full = max(evaluation.score(other, metric).high for other in evaluation.systems)
                difference = None if comparison is None else comparison.difference(system, metric)
                significant = comparison is not None and comparison.is_significant(system, metric)
                cells.append(
                    ResultCell(
                        score.value, score.low, score.high, full, best[metric] == system, difference, significant
                    )
                )
            cost = evaluation.costs[system]
            row = ResultRow(
                system, len(evaluation.answers[system]), tuple(cells), cost, system == reference, system in bounds
            )
            rows.append(row)
        names = tuple(metric.name for metric in evaluation.metrics)
        caption = _caption(evaluation, reference, bounds, alpha)
        return cls(title, names, tuple(rows), reference, caption, evaluation.notes, lead)

    @property
    def has_latency(self) -> bool:
        """Whether any system has a latency."""
        return any(row.cost.latency_ms is not None for row in self.rows)

    @property
    def has_flops(self) -> bool:
        """Whether any system has FLOPs."""
        return any(row.cost.flops is not None for row in self.rows)

    @property
    def has_tool_use(self) -> bool:
        """Whether any system consulted tools."""
        return any(row.cost.tool_use_rate for row in self.rows)


def _caption(evaluation: Evaluation, reference: str | None, bounds: Sequence[str], alpha: float) -> str:
    sizes = {len(answers) for answers in evaluation.answers.values()}
    queries = f"{min(sizes)}" if len(sizes) == 1 else f"{min(sizes)} to {max(sizes)}"
    tied = max(answers.tied_share for answers in evaluation.answers.values())
    parts = [
        f"Means over {queries} queries; bars end at the mean, whiskers span its {100 * evaluation.level:g} % bootstrap "
        f"interval ({evaluation.n_resamples} resamples, seed {evaluation.seed}).",
        f"Targets take the {_TIES[evaluation.ties]} place of their tie group; at most {100 * tied:.1f} % are tied.",
        f"Bold is significantly better than every other system (paired bootstrap, Holm's correction, p < {alpha:g}).",
    ]
    if reference is not None:
        parts.append(f"Second line: difference to {reference}, marked where significant.")
    if bounds:
        parts.append(f"Limits rather than contenders, never bold: {', '.join(bounds)}.")
    return " ".join(parts)


_TIES = {"middle": "middle", "optimistic": "first", "pessimistic": "last"}
