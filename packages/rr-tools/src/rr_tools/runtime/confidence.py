"""How sure a tool is: a calibrated probability that the relevant item is among its first five.

A logistic regression on a few features of the scores, fitted on queries whose answer is known (validation) and kept in
the artifact's card. A tool's own softmax is no probability of being right: it is fitted to rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import ArtifactError, InvalidDataError
from rr_tools.runtime.ranking import top_k

FloatArray = NDArray[np.float64]
DEPTH = 5
FEATURES = ("log_top_mass", "log_head_start", "log_evidence", "log_history_length")
RISING = np.array([True, True, True, False])
"""Features a higher value of which may only raise the confidence; the history's length may do either."""

RIDGE = 1.0
NEWTON_STEPS = 50
LARGEST_LOG = 20.0
STEEPEST_LOGIT = 30.0
LARGEST_LOGIT = 40.0  # exp of it, a million times, is within float32
CELLS_IN_CACHE = 2**18


def confidence_features(
    scores: NDArray[np.float32],
    lengths: NDArray[np.int64],
    scale: Literal["logits", "weights"],
    *,
    best: NDArray[np.float32] | None = None,
    sums: FloatArray | None = None,
) -> FloatArray:
    """Describe how decided a row of scores is.

    Scores become shares first: a softmax for logits, division by the sum for weights.

    Args:
        scores: [B, n_items], -inf where an item must not be ranked.
        lengths: [B] known items in the history.
        scale: what the scores are.
        best: [B, k] the k best scores of each row, best first, where they are known; used where k is 5 or more.
        sums: [B] the sum of the weights of each row where it is known, else NaN; for the scale "weights".

    Returns:
        [B, 4]: log of the share of the first five items; log of the first item's share over the mean of the next four;
        log of the sum of the weights (0 for logits, whose level means nothing); log(1 + history length). Finite for
        every input; logarithms are cut at -20 and 20.
    """
    if best is None or best.shape[1] < DEPTH:
        best = top_k(scores, DEPTH)[1]
    highest = best[:, :1]
    # Only what exp cannot take is shifted: it costs a pass over all scores.
    highest = np.where(np.isfinite(highest) & (np.abs(highest) > LARGEST_LOGIT), highest, 0.0).astype(np.float32)
    top = _masses(best[:, :DEPTH], highest, scale).astype(np.float64)
    total = _total_mass(scores, highest, scale) if sums is None else sums.copy()
    if (unknown := np.isnan(total)).any():
        total[unknown] = _total_mass(scores[unknown], highest[unknown], scale)
    top /= np.where(total > 0, total, 1.0)[:, None]
    width = min(DEPTH, scores.shape[1])
    rest = top[:, 1:width].mean(axis=1) if width > 1 else np.zeros(len(top))
    head_start = np.minimum(_log(top[:, 0]) - _log(rest), LARGEST_LOG)
    evidence = _log(total) if scale == "weights" else np.zeros(len(total))
    return np.column_stack([_log(top.sum(axis=1)), head_start, evidence, np.log1p(lengths)])


@dataclass(frozen=True, slots=True, eq=False)
class ConfidenceModel:
    """P(relevant item in the first five) = sigmoid(intercept + coefficients . (features - center) / spread).

    Attributes:
        intercept: log-odds at the center.
        coefficients: [F], not negative where a feature may only raise the confidence.
        center: [F] mean of each feature where it was fitted.
        spread: [F] standard deviation, 1 where a feature did not vary.
    """

    intercept: float
    coefficients: FloatArray
    center: FloatArray
    spread: FloatArray

    def predict(self, features: FloatArray) -> FloatArray:
        """Return [B] probabilities for features [B, F]; never NaN."""
        standard = (np.nan_to_num(features) - self.center) / self.spread
        return _sigmoid(self.intercept + standard @ self.coefficients)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "kind": "logistic",
            "event": f"relevant item among the first {DEPTH}",
            "features": list(FEATURES),
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
            "center": self.center.tolist(),
            "spread": self.spread.tolist(),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ConfidenceModel:
        """Read the `calibration` of a card.

        Raises:
            ArtifactError: it is of another kind or was fitted on other features.
        """
        if content.get("kind") != "logistic" or tuple(content.get("features", ())) != FEATURES:
            raise ArtifactError(
                f"the card's calibration is not logistic over {', '.join(FEATURES)}; calibrate the tool again"
            )
        arrays = (np.asarray(content[name], dtype=np.float64) for name in ("coefficients", "center", "spread"))
        return cls(float(content["intercept"]), *arrays)


def fit_confidence(features: FloatArray, hits: NDArray[np.bool_]) -> ConfidenceModel:
    """Fit the confidence by Newton's method with a ridge of 1 on the standardised coefficients.

    Half a hit and half a miss are added at the mean of the features.

    A feature that may only raise the confidence and whose coefficient comes out negative is left out and the rest is
    fitted again, so that a more decided answer is never called less sure.

    Args:
        features: [Q, F] finite, as of `confidence_features`.
        hits: [Q] whether the relevant item was among the first five.

    Raises:
        InvalidDataError: there is no query, or the two differ in length.
    """
    if len(features) == 0 or len(features) != len(hits):
        raise InvalidDataError(
            f"calibration needs as many hits as queries and at least one: {len(hits)}, {len(features)}"
        )
    center, deviation = features.mean(axis=0), features.std(axis=0)
    spread = np.where(deviation > 1e-9, deviation, 1.0)
    standard = (features - center) / spread
    used = deviation > 1e-9
    while True:
        coefficients = np.zeros(features.shape[1])
        intercept, coefficients[used] = _newton(standard[:, used], hits.astype(np.float64))
        wrong = RISING & (coefficients < 0)
        if not wrong.any():
            return ConfidenceModel(intercept, coefficients, center, spread)
        used = used & ~wrong


def _newton(features: FloatArray, hits: FloatArray) -> tuple[float, FloatArray]:
    # Half a hit and half a miss at the center keep the intercept finite, and few queries from claiming certainty.
    width = features.shape[1]
    design = np.column_stack([np.ones(len(features) + 2), np.vstack([features, np.zeros((2, width))])])
    outcomes = np.concatenate([hits, [1.0, 0.0]])
    counts = np.concatenate([np.ones(len(hits)), [0.5, 0.5]])
    penalty = np.concatenate([[0.0], np.full(width, RIDGE)])
    weights = np.zeros(width + 1)
    for _ in range(NEWTON_STEPS):
        probability = _sigmoid(design @ weights)
        gradient = design.T @ (counts * (outcomes - probability)) - penalty * weights
        curvature = (design * (counts * probability * (1 - probability))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), weights[1:]


def _masses(
    scores: NDArray[np.float32], highest: NDArray[np.float32], scale: Literal["logits", "weights"]
) -> NDArray[np.float32]:
    """Return, in the shape of `scores`, what is proportional to an item's share; 0 where it is not rankable."""
    if scale == "weights":
        return np.maximum(scores, np.float32(0.0))
    masses: NDArray[np.float32] = np.exp(scores - highest if highest.any() else scores)
    return masses


def _total_mass(
    scores: NDArray[np.float32], highest: NDArray[np.float32], scale: Literal["logits", "weights"]
) -> FloatArray:
    """Return [B] the sum of the masses, a few rows at a time: what they take stays in the processor's cache.

    Products with ones, row by row, add twice as fast as `sum`; one product of all would round a row by its neighbours.
    """
    size = max(1, CELLS_IN_CACHE // scores.shape[1])
    total, ones = np.empty(len(scores)), np.ones((scores.shape[1], 1), dtype=np.float32)
    for first in range(0, len(scores), size):
        rows = slice(first, first + size)
        with np.errstate(over="ignore"):  # weights beyond what float32 holds are more than any other
            total[rows] = np.matmul(_masses(scores[rows], highest[rows], scale)[:, None, :], ones)[:, 0, 0]
    return total


def _log(values: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(np.clip(values, np.exp(-LARGEST_LOG), np.exp(LARGEST_LOG)))
    return logs


def _sigmoid(logits: FloatArray) -> FloatArray:
    probability: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(logits, -STEEPEST_LOGIT, STEEPEST_LOGIT)))
    return probability
