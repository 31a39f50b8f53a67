"""Whether a stated confidence is kept: accuracy against confidence, bin by bin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.calibration.bins import Binning, bin_of, check_answers

_Z = 1.959963984540054  # two-sided 95 %


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Non-empty bins in order of confidence, [B] each.

    Attributes:
        confidence: mean confidence in the bin.
        accuracy: share of right answers in the bin.
        low, high: 95 % Wilson interval of the accuracy.
        count: answers in the bin.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]


def reliability(confidence: ArrayLike, right: ArrayLike, *, n_bins: int = 15, binning: Binning = "mass") -> Reliability:
    """Bin answers by confidence: what a reliability diagram draws.

    Equal confidences share a bin, so the order of the answers never matters; with many ties there are fewer bins.

    Args:
        confidence: [N] in [0, 1].
        right: [N] booleans, or 0 and 1.
        n_bins: at most so many bins.
        binning: `mass`, as many answers in one bin as in the next; `width`, equal parts of [0, 1], open on the left.

    Raises:
        InvalidArgumentError: no answers, different lengths, a confidence outside [0, 1], no bins or an unknown binning.

    Example:
        >>> bins = reliability([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 0], n_bins=2)
        >>> bins.confidence.round(2).tolist(), bins.accuracy.tolist()
        ([0.15, 0.85], [0.0, 0.5])
    """
    stated, correct = check_answers(confidence, right)
    bins = bin_of(stated, n_bins, binning)
    count = np.bincount(bins)
    kept = count > 0
    count = count[kept]
    accuracy = np.bincount(bins, weights=correct)[kept] / count
    low, high = wilson_interval(accuracy, count)
    return Reliability(np.bincount(bins, weights=stated)[kept] / count, accuracy, low, high, count)


def wilson_interval(share: ArrayLike, count: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % interval (low, high) of shares [B] over counts [B] (Wilson, 1927).

    Example:
        >>> low, high = wilson_interval([0.0], [10])
        >>> low.round(3).tolist(), high.round(3).tolist()
        ([0.0], [0.278])
    """
    p, n = np.asarray(share, np.float64), np.asarray(count, np.float64)
    center = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return np.clip(center - half, 0, 1), np.clip(center + half, 0, 1)
