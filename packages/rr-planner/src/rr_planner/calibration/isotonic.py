"""Isotonic regression of right answers on confidence, by pooling adjacent violators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.calibration.outcomes import confidence_outcomes
from rr_planner.errors import CalibrationError
from rr_planner.policies.settings import reject_unknown
from rr_planner.types import FloatArray


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A non-decreasing map from raw to calibrated confidence, linear between its knots and flat beyond them.

    Zadrozny, Elkan: Transforming classifier scores into accurate multiclass probability estimates (KDD 2002).

    Args:
        raw: K raw confidences in [0, 1], increasing.
        calibrated: K shares of right answers in [0, 1], not decreasing.
    """

    raw: tuple[float, ...]
    calibrated: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the knots."""
        x, y = np.asarray(self.raw, dtype=np.float64), np.asarray(self.calibrated, dtype=np.float64)
        shaped = x.ndim == 1 and x.shape == y.shape and len(x) > 0
        if not shaped or not (np.diff(x) > 0).all() or not (np.diff(y) >= 0).all():
            raise CalibrationError("raw", f"{self.raw}", "as many increasing knots as values that do not decrease")
        if x[0] < 0 or x[-1] > 1 or y[0] < 0 or y[-1] > 1 or np.isnan(x).any() or np.isnan(y).any():
            raise CalibrationError("raw", "knots or values outside [0, 1]", "numbers in [0, 1]")
        object.__setattr__(self, "raw", tuple(x.tolist()))
        object.__setattr__(self, "calibrated", tuple(y.tolist()))

    @classmethod
    def fit(cls, confidence: ArrayLike, correct: ArrayLike) -> Isotonic:
        """Minimise the squared error among all non-decreasing maps.

        Args:
            confidence: [N] in [0, 1]; a few hundred at least, or the steps follow the noise.
            correct: [N] 1 where the answer was right, else 0.

        Raises:
            CalibrationError: fewer than 50 outcomes, all right or all wrong, or arrays that do not fit.
        """
        sure, right = confidence_outcomes(confidence, correct)
        raw, place, count = np.unique(sure, return_inverse=True, return_counts=True)
        share = np.bincount(place.ravel(), weights=right) / count
        pooled = _pool(share, count.astype(np.float64))
        # Only the ends of each flat stretch are knots.
        inner = np.r_[False, (pooled[1:-1] == pooled[:-2]) & (pooled[1:-1] == pooled[2:]), False][: len(pooled)]
        return cls(tuple(raw[~inner]), tuple(pooled[~inner]))

    def __call__(self, confidence: ArrayLike) -> FloatArray:
        """Return calibrated confidences, of the same shape."""
        return np.asarray(np.interp(np.asarray(confidence, dtype=np.float64), self.raw, self.calibrated))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"raw": list(self.raw), "calibrated": list(self.calibrated)}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Isotonic:
        """Read `to_dict` back; unknown keys raise InvalidPolicyError."""
        reject_unknown(settings, ("raw", "calibrated"))
        return cls(**settings)


def _pool(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Replace each run of values that violates the order by its weighted mean."""
    blocks: list[tuple[float, float, int]] = []  # sum of weighted values, weight, length
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        total, mass, length = value * weight, weight, 1
        while blocks and blocks[-1][0] * mass >= total * blocks[-1][1]:
            earlier = blocks.pop()
            total, mass, length = total + earlier[0], mass + earlier[1], length + earlier[2]
        blocks.append((total, mass, length))
    means = [total / mass for total, mass, _ in blocks]
    return np.repeat(means, [length for _, _, length in blocks])
