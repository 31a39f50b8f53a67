"""The second step of calibrating clicks: a curve that rises wherever the validation answers say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 15
PRIOR = 10.0  # answers that a probability's own word counts for in its bin
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class IsotonicCurve:
    """Maps probabilities to rates, linearly between knots and constant beyond them; without knots they stay.

    Attributes:
        said: [K] probabilities at the knots, never falling.
        found: [K] rates there, never falling.
    """

    said: tuple[float, ...] = ()
    found: tuple[float, ...] = ()

    def predict(self, probability: ArrayLike) -> FloatArray:
        """Return rates of the shape of the probabilities.

        Example:
            >>> IsotonicCurve(said=(0.2, 0.6), found=(0.3, 0.4)).predict([0.1, 0.4, 0.9]).round(2).tolist()
            [0.3, 0.35, 0.4]
        """
        given = np.asarray(probability, dtype=np.float64)
        return np.interp(given, self.said, self.found) if self.said else given


def fit_isotonic(probability: FloatArray, hits: NDArray[np.bool_], *, bins: int = BINS) -> IsotonicCurve:
    """Fit an isotonic regression over bins of equal mass (Zadrozny and Elkan, 2002).

    Where few answers stand in a bin, the probability itself counts: a rate is never 0 or 1. Without answers the curve
    has no knots.

    Args:
        probability: [N] in (0, 1), N >= 0.
        hits: [N] whether it was so.
        bins: at most so many knots.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    said = np.array([probability[part].mean() for part in parts])
    weight = np.array([len(part) + PRIOR for part in parts])
    right = np.array([hits[part].sum() for part in parts])
    found = _rising((right + PRIOR * said) / weight, weight)
    return IsotonicCurve(said=tuple(said.tolist()), found=tuple(found.tolist()))


def _rising(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Pool adjacent violators (Ayer et al., 1955): the nearest values that never fall, in weighted squares."""
    pools: list[tuple[float, float, int]] = []  # value, weight, how many it stands for
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            before, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((before * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    return np.concatenate([np.full(count, value) for value, _, count in pools]) if pools else values
