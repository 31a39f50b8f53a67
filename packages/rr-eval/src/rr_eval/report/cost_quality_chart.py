"""Every system by what it costs and how good it is, and the line below which none is worth having."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from rr_eval.errors import InvalidArgumentError
from rr_eval.evaluation import Evaluation
from rr_eval.report.numbers import flops, milliseconds
from rr_eval.report.scale import Scale, nice_ticks, path
from rr_eval.routing.hull import upper_hull

Spent = Literal["flops", "latency_ms"]
_LABELS = {"flops": "FLOPs a query", "latency_ms": "milliseconds a query"}
_MIXTURES = 24  # points of a mixture of two systems, which is a curve where costs are drawn by their logarithm


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One system: its name, mean cost above 0, quality with its interval, whether it is a limit and no contender."""

    name: str
    cost: float
    quality: float
    low: float
    high: float
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class PointMark:
    """A point in the drawing: its number, place, and whisker from `low` to `high`."""

    number: int
    x: float
    y: float
    low: float
    high: float
    is_bound: bool


@dataclass(frozen=True, slots=True)
class CostQualityDrawing:
    """Geometry in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    marks: tuple[PointMark, ...]
    hull: str


@dataclass(frozen=True, slots=True)
class CostQualityChart:
    """A section with quality against cost, drawn by its logarithm.

    Attributes:
        title: of the section.
        points: the systems, by ascending cost.
        metric: the quality.
        spent: what the cost is, `flops` or `latency_ms`.
        lead: a sentence or two before the chart.
    """

    kind: ClassVar[str] = "Figure"
    template: ClassVar[str] = "cost_quality_chart.html.j2"

    title: str
    points: Sequence[OperatingPoint]
    metric: str
    spent: Spent = "flops"
    lead: str = ""

    def __post_init__(self) -> None:
        """Check that there are points that can be drawn."""
        if not self.points or min(point.cost for point in self.points) <= 0:
            raise InvalidArgumentError("points", f"{len(self.points)}", "at least one, each with a cost above 0")

    @classmethod
    def from_evaluation(
        cls,
        evaluation: Evaluation,
        *,
        metric: str,
        spent: Spent = "flops",
        bounds: Sequence[str] = (),
        title: str = "Quality and cost",
        lead: str = "",
    ) -> CostQualityChart:
        """Build the chart of the systems whose cost is known.

        Args:
            evaluation: of `rr_eval.evaluate`.
            metric: the quality.
            spent: the cost.
            bounds: systems that are limits rather than contenders; not on the line.
            title, lead: of the section.

        Raises:
            UnknownNameError: the metric was not evaluated.
            InvalidArgumentError: no system has the cost.
        """
        points = []
        for system in evaluation.systems:
            cost, score = getattr(evaluation.costs[system], spent), evaluation.score(system, metric)
            if cost:
                points.append(OperatingPoint(system, cost, score.value, score.low, score.high, system in bounds))
        return cls(title, sorted(points, key=lambda point: point.cost), metric, spent, lead)

    @property
    def cost_label(self) -> str:
        """What the cost is, in words."""
        return _LABELS[self.spent]

    @property
    def rows(self) -> list[tuple[int, OperatingPoint, str, bool]]:
        """Number, point, printed cost and whether it is on the line, of each system."""
        kept = {point.name for point in self._hull()}
        printed = flops if self.spent == "flops" else milliseconds
        return [(n, point, printed(point.cost), point.name in kept) for n, point in enumerate(self.points, start=1)]

    def _hull(self) -> list[OperatingPoint]:
        contenders = [point for point in self.points if not point.is_bound] or list(self.points)
        kept = upper_hull([point.cost for point in contenders], [point.quality for point in contenders])
        return [contenders[index] for index in kept.tolist()]

    def drawing(self, width: float, height: float) -> CostQualityDrawing:
        """Return the chart's geometry for a canvas of the given size in pixels."""
        left, right, top, bottom = 52.0, width - 22.0, 14.0, height - 46.0
        costs = [math.log10(point.cost) for point in self.points]
        decades = nice_ticks(min(costs), max(costs), at_most=max(2, int(width // 110)))
        y_ticks = nice_ticks(min(p.low for p in self.points), max(p.high for p in self.points), at_most=5)
        across, up = Scale(decades[0], decades[-1], left, right), Scale(y_ticks[0], y_ticks[-1], bottom, top)
        printed = flops if self.spent == "flops" else milliseconds
        marks = tuple(
            PointMark(n, across(cost), up(p.quality), up(p.low), up(p.high), p.is_bound)
            for n, (cost, p) in enumerate(zip(costs, self.points, strict=True), start=1)
        )
        x, y = self._mixtures()
        return CostQualityDrawing(
            *(width, height, left, right, top, bottom),
            tuple((across(tick), printed(10.0**tick)) for tick in decades),
            tuple((up(tick), f"{tick:g}") for tick in y_ticks),
            marks,
            path(np.array(x), np.array(y), across, up),
        )

    def _mixtures(self) -> tuple[list[float], list[float]]:
        hull = self._hull()
        x, y = [math.log10(hull[0].cost)], [hull[0].quality]
        for a, b in itertools.pairwise(hull):
            for share in np.geomspace(1 / _MIXTURES**2, 1, _MIXTURES).tolist():
                x.append(math.log10(a.cost + share * (b.cost - a.cost)))
                y.append(a.quality + share * (b.quality - a.quality))
        return x, y
