"""Curves over training steps, with the phases of the curriculum shaded, or over anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.report.scale import Scale, nice_ticks, path

_BINS = 160  # more points than this are drawn as the mean and the range of a bin
_LETTER = 7.0  # width of a letter of a label, in pixels


@dataclass(frozen=True, slots=True)
class Series:
    """One curve.

    Attributes:
        name: for the legend.
        steps: rising numbers, the horizontal axis.
        values: one finite number a step.
    """

    name: str
    steps: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        """Check the points."""
        if len(self.steps) != len(self.values) or not len(self.steps):
            received = f"{len(self.steps)} steps, {len(self.values)} values"
            raise InvalidArgumentError(f"series '{self.name}'", received, "as many values as steps, at least one")
        steps, values = np.asarray(self.steps, np.float64), np.asarray(self.values, np.float64)
        if not (np.isfinite(values).all() and np.isfinite(steps).all() and (np.diff(steps) > 0).all()):
            raise InvalidArgumentError(f"series '{self.name}'", "its points", "rising steps and finite values")


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of steps, from `start` up to `end`."""

    name: str
    start: float
    end: float

    def __post_init__(self) -> None:
        """Check the stretch."""
        if not self.start < self.end:
            raise InvalidArgumentError(f"phase '{self.name}'", f"{self.start} to {self.end}", "a start before the end")


@dataclass(frozen=True, slots=True)
class CurveChart:
    """A section with one chart; all its series share one axis, so they must be of one kind.

    Attributes:
        title: of the section.
        series: at least one.
        phases: shaded behind the curves.
        y_label: what the values are.
        x_label: what they are over.
        lead: a sentence or two before the chart.
    """

    kind: ClassVar[str] = "Figure"
    template: ClassVar[str] = "curve_chart.html.j2"

    title: str
    series: Sequence[Series]
    phases: Sequence[Phase] = ()
    y_label: str = "loss"
    x_label: str = "training steps"
    lead: str = ""

    def __post_init__(self) -> None:
        """Check that there is something to draw."""
        if not self.series:
            raise InvalidArgumentError("series", "none", "at least one curve")

    @property
    def is_binned(self) -> bool:
        """Whether any series has too many points to draw each."""
        return any(len(series.steps) > _BINS for series in self.series)

    def drawing(self, width: float, height: float) -> CurveDrawing:
        """Return the chart's geometry for a canvas of the given size in pixels."""
        return _draw(self, width, height)


@dataclass(frozen=True, slots=True)
class Curve:
    """A series as SVG paths: the line, and the range of the points behind it where they were binned."""

    name: str
    line: str
    band: str
    dot: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PhaseBox:
    """A phase's rectangle and what fits into it."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """Geometry of a chart in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    phases: tuple[PhaseBox, ...]
    curves: tuple[Curve, ...]


def _draw(chart: CurveChart, width: float, height: float) -> CurveDrawing:
    left, right, top, bottom = 46.0, width - 18.0, 26.0, height - 30.0
    steps = np.concatenate([np.asarray(series.steps, np.float64) for series in chart.series])
    values = np.concatenate([np.asarray(series.values, np.float64) for series in chart.series])
    ends = [phase.start for phase in chart.phases] + [phase.end for phase in chart.phases]
    first, last = min([steps.min(), *ends]), max([steps.max(), *ends])
    x_ticks = [tick for tick in nice_ticks(first, last, at_most=max(2, int(width // 90))) if first <= tick <= last]
    y_ticks = nice_ticks(float(values.min()), float(values.max()), at_most=5)
    across = Scale(first, last if last > first else first + 1, left, right)
    up = Scale(y_ticks[0], y_ticks[-1], bottom, top)
    return CurveDrawing(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        x_ticks=tuple((across(tick), f"{tick:,g}".replace(",", "\N{NARROW NO-BREAK SPACE}")) for tick in x_ticks),
        y_ticks=tuple((up(tick), f"{tick:g}") for tick in y_ticks),
        phases=tuple(_phase_box(number, phase, across) for number, phase in enumerate(chart.phases, start=1)),
        curves=tuple(_curve(series, across, up) for series in chart.series),
    )


def _phase_box(number: int, phase: Phase, across: Scale) -> PhaseBox:
    x, end = across(phase.start), across(phase.end)
    full = f"{number} {phase.name}"
    return PhaseBox(x, round(end - x, 1), full if len(full) * _LETTER < end - x else str(number))


def _curve(series: Series, across: Scale, up: Scale) -> Curve:
    steps, values = np.asarray(series.steps, np.float64), np.asarray(series.values, np.float64)
    if len(steps) == 1:
        return Curve(series.name, "", "", (across(steps[0]), up(values[0])))
    if len(steps) <= _BINS:
        return Curve(series.name, path(steps, values, across, up), "", None)
    middle, mean, low, high = _binned(steps, values)
    outline = path(np.concatenate([middle, middle[::-1]]), np.concatenate([high, low[::-1]]), across, up)
    return Curve(series.name, path(middle, mean, across, up), outline + "Z", None)


def _binned(
    steps: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    starts = np.arange(_BINS) * len(steps) // _BINS
    sizes = np.diff(starts, append=len(steps))
    return (
        np.add.reduceat(steps, starts) / sizes,
        np.add.reduceat(values, starts) / sizes,
        np.minimum.reduceat(values, starts),
        np.maximum.reduceat(values, starts),
    )
