"""Area under the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ctr.clicks_check import check_clicks
from rr_eval.statistics import Statistics


def auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """Return how often a click has a higher score than a non-click, ties counted as half (Mann and Whitney, 1947).

    NaN where all rows are clicks, or none is.

    Args:
        labels: [N] 1 for a click, 0 for none.
        scores: [N] finite; only their order counts.

    Raises:
        InvalidArgumentError: different shapes, no rows, another label, or a score that is not finite.

    Example:
        >>> auc([1, 0, 1, 0], [0.9, 0.3, 0.3, 0.1])
        0.875
    """
    clicked, given = check_clicks(labels, scores, probabilities=False)
    ahead = placements(clicked, given)
    return float(ahead[clicked].mean()) if clicked.any() and not clicked.all() else float("nan")


def auc_statistics(clicked: NDArray[np.bool_], scores: NDArray[np.float64]) -> Statistics:
    """Return the AUC as a function of sums: its projection on single rows (DeLong et al., 1988), exact at first order.

    A click adds the share of non-clicks below it, a non-click the share of clicks above it.
    """
    ahead = placements(clicked, scores)
    whole = np.full(len(scores), ahead[clicked].mean())
    missed = ~clicked
    return Statistics(np.stack([ahead * clicked, clicked, ahead * missed, missed, whole], axis=1), _of_sums)


def placements(clicked: NDArray[np.bool_], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [N] the share of rows of the other label that a row is rightly ordered with; ties count as half.

    Where the other label does not occur, 0.
    """
    _, group = np.unique(scores, return_inverse=True)
    clicks, others = np.bincount(group, weights=clicked), np.bincount(group, weights=~clicked)
    below = np.cumsum(others) - others / 2
    above = clicks.sum() - np.cumsum(clicks) + clicks / 2
    return np.where(clicked, below[group] / max(others.sum(), 1.0), above[group] / max(clicks.sum(), 1.0))


def _of_sums(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):  # a resample without a click has no AUC
        clicks, others, rows = sums[:, 1], sums[:, 3], sums[:, 1] + sums[:, 3]
        return np.asarray(sums[:, 0] / clicks + sums[:, 2] / others - sums[:, 4] / rows)
