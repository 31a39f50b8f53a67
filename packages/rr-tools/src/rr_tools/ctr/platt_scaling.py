"""Log-odds that mean what they say (Platt 1999)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEWTON_STEPS = 50
HALVINGS = 30
RIDGE = 1e-3  # keeps the curvature invertible where all log-odds are equal
LARGEST_LOGIT = 30.0
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlattScaling:
    """Calibrated log-odds = slope * log-odds + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


def fit_platt(labels: NDArray[Any], logits: NDArray[Any]) -> PlattScaling:
    """Fit slope and intercept to labels [R] and log-odds [R] by Newton's method.

    As Platt has it, a click counts as (clicks + 1) / (clicks + 2) and a non-click as 1 / (non-clicks + 2), which keeps
    few rows from claiming certainty. A slope that is not above 0 would turn the order round: then only the intercept is
    fitted. No rows leave the log-odds as they are.

    Example:
        >>> drawn = np.random.default_rng(0)
        >>> logits = drawn.normal(size=20_000)
        >>> labels = drawn.random(20_000) < 1 / (1 + np.exp(1 - 2 * logits))
        >>> scaling = fit_platt(labels, logits)
        >>> round(scaling.slope), round(scaling.intercept)
        (2, -1)
    """
    if len(labels) == 0:
        return PlattScaling()
    clicked = np.asarray(labels) > 0
    clicks, others = int(clicked.sum()), int((~clicked).sum())
    outcomes = np.where(clicked, (clicks + 1) / (clicks + 2), 1 / (others + 2))
    values = np.asarray(logits, dtype=np.float64)
    slope, intercept = _newton(values, outcomes, fit_slope=True)
    if not slope > 0:
        slope, intercept = _newton(values, outcomes, fit_slope=False)
    return PlattScaling(slope, intercept)


def _newton(values: FloatArray, outcomes: FloatArray, *, fit_slope: bool) -> tuple[float, float]:
    """Newton's method with halved steps, without which it leaves the plane where the start is far off."""
    design = np.column_stack([values if fit_slope else np.zeros_like(values), np.ones_like(values)])
    offset = np.zeros_like(values) if fit_slope else values
    weights = np.array([1.0 if fit_slope else 0.0, 0.0])

    def loss(candidate: FloatArray) -> float:
        logits = offset + design @ candidate
        return float((np.logaddexp(0.0, logits) - outcomes * logits).sum())

    best = loss(weights)
    for _ in range(NEWTON_STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(offset + design @ weights, -LARGEST_LOGIT, LARGEST_LOGIT)))
        curvature = (design * (probability * (1.0 - probability))[:, None]).T @ design + RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (outcomes - probability))
        shares = 0.5 ** np.arange(HALVINGS)
        better = next((share for share in shares if loss(weights + share * step) < best), None)
        if better is None:
            break
        weights = weights + better * step
        best = loss(weights)
    return (float(weights[0]) if fit_slope else 1.0), float(weights[1])
