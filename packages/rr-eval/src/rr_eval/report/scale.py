"""From data to places in a drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from [low, high] of the data to [start, end] of the drawing.

    Example:
        >>> Scale(0, 10, start=100, end=0)(2.5)
        75.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of `value`, rounded to a tenth of a pixel to keep pages small."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def nice_ticks(low: float, high: float, *, at_most: int = 6) -> list[float]:
    """Return round numbers from at or below `low` to at or above `high`: steps of 1, 2 or 5 times a power of ten.

    Example:
        >>> nice_ticks(0.13, 0.87, at_most=5)
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / at_most))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= at_most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, max(last, first + 1) + 1)]


def path(x: NDArray[np.float64], y: NDArray[np.float64], across: Scale, up: Scale) -> str:
    """Return an SVG path through the points (x, y).

    Example:
        >>> path(np.array([0.0, 1.0]), np.array([0.0, 2.0]), Scale(0, 1, 0, 10), Scale(0, 2, 10, 0))
        'M0.0 10.0L10.0 0.0'
    """
    return "M" + "L".join(f"{across(a)} {up(b)}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
