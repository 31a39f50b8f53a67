"""Several systems over several measures at once (paper, Fig. 1)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rr_eval.errors import InvalidArgumentError
from rr_eval.evaluation import Evaluation

_MOST_SYSTEMS, _LEAST_AXES = 4, 3
_RINGS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class RadarSpoke:
    """An axis in the drawing: its end, its label's place, anchor and lines."""

    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RadarDrawing:
    """Geometry in pixels: SVG polygon points of the rings and of each system."""

    width: float
    height: float
    centre: tuple[float, float]
    spokes: tuple[RadarSpoke, ...]
    rings: tuple[str, ...]
    shapes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RadarChart:
    """A section with a radar; each axis ends at the largest of its values.

    Attributes:
        title: of the section.
        axes: what is measured; at least three, in the order around the circle.
        values: by system, one number of at least 0 an axis, larger is better; at most four systems.
        lead: a sentence or two before the chart.
    """

    kind: ClassVar[str] = "Figure"
    template: ClassVar[str] = "radar_chart.html.j2"

    title: str
    axes: Sequence[str]
    values: Mapping[str, Sequence[float]]
    lead: str = ""

    def __post_init__(self) -> None:
        """Check that it can be drawn and read."""
        if len(self.axes) < _LEAST_AXES or not 1 <= len(self.values) <= _MOST_SYSTEMS:
            received = f"{len(self.axes)} axes and {len(self.values)} systems"
            raise InvalidArgumentError("radar", received, "three axes or more, one to four systems")
        for system, numbers in self.values.items():
            if len(numbers) != len(self.axes) or not all(0 <= number < math.inf for number in numbers):
                received = f"{len(numbers)} values of '{system}'"
                raise InvalidArgumentError("radar", received, f"{len(self.axes)} numbers of at least 0")

    @classmethod
    def from_evaluations(
        cls,
        evaluations: Mapping[str, Evaluation],
        *,
        systems: Sequence[str],
        title: str = "All at once",
        lead: str = "",
    ) -> RadarChart:
        """Draw every metric of several evaluations, such as those of `evaluate_by`, one axis each.

        Args:
            evaluations: by the words that name them on their axes, such as a group.
            systems: to draw; each must be in all of the evaluations.
            title, lead: of the section.

        Raises:
            UnknownNameError: a system is missing somewhere.
            InvalidArgumentError: fewer than three axes, or not one to four systems.
        """
        columns = [(name, metric.name, part) for name, part in evaluations.items() for metric in part.metrics]
        axes = [f"{metric} {name}" for name, metric, _ in columns]
        values = {system: [part.score(system, metric).value for _, metric, part in columns] for system in systems}
        return cls(title, axes, values, lead)

    @property
    def ends(self) -> list[float]:
        """Where each axis ends."""
        return [max(numbers) for numbers in zip(*self.values.values(), strict=True)]

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
        """Each axis with the values of all systems."""
        return [(axis, [numbers[n] for numbers in self.values.values()]) for n, axis in enumerate(self.axes)]

    def drawing(self, width: float, height: float) -> RadarDrawing:
        """Return the geometry for a canvas of the given size in pixels."""
        x, y, radius = width / 2, height / 2, min(height / 2 - 46, width / 2 - 104)
        angles = [2 * math.pi * n / len(self.axes) - math.pi / 2 for n in range(len(self.axes))]

        def place(angle: float, share: float) -> tuple[float, float]:
            return round(x + share * radius * math.cos(angle), 1), round(y + share * radius * math.sin(angle), 1)

        def polygon(shares: Sequence[float]) -> str:
            return " ".join(f"{a},{b}" for a, b in map(place, angles, shares))

        spokes = []
        for angle, axis in zip(angles, self.axes, strict=True):
            label_x, label_y = place(angle, 1 + 12 / radius)
            side = math.cos(angle)
            anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
            lines = tuple(axis.split(" ", 1))
            lift = 4 if anchor != "middle" else -10 * (len(lines) - 1) if math.sin(angle) < 0 else 8
            spokes.append(RadarSpoke(*place(angle, 1), label_x, round(label_y + lift, 1), anchor, lines))
        shapes = tuple(
            (name, polygon([value / end if end else 0.0 for value, end in zip(numbers, self.ends, strict=True)]))
            for name, numbers in self.values.items()
        )
        rings = tuple(polygon([ring] * len(angles)) for ring in _RINGS)
        return RadarDrawing(width, height, (x, y), tuple(spokes), rings, shapes)
