"""What is gained by answering only where one is sure (El-Yaniv and Wiener, 2010)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.calibration.bins import check_answers


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The share of wrong answers among the i most confident ones, for each i from 1 to N.

    Attributes:
        coverage: [N] i / N.
        risk: [N]; among equal confidences the mean over all orders.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> RiskCoverage:
    """Return the risk at every coverage.

    Args:
        confidence: [N] in [0, 1].
        right: [N] booleans, or 0 and 1.

    Raises:
        InvalidArgumentError: no answers, different lengths, a confidence outside [0, 1], or neither right nor wrong.

    Example:
        >>> curve = risk_coverage([0.9, 0.8, 0.1], [1, 0, 1])
        >>> curve.risk.round(3).tolist()
        [0.0, 0.5, 0.333]
    """
    stated, correct = check_answers(confidence, right)
    _, group, sizes = np.unique(-stated, return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=1 - correct) / sizes  # of each distinct confidence, the highest first
    answered = np.arange(1, len(stated) + 1)
    return RiskCoverage(answered / len(stated), np.cumsum(np.repeat(wrong, sizes)) / answered)


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Return the area under the risk-coverage curve, the mean of its N risks; lower is better.

    Args:
        confidence, right: as for `risk_coverage`.

    Raises:
        InvalidArgumentError: as for `risk_coverage`.

    Example:
        >>> round(aurc([0.9, 0.8, 0.1], [1, 0, 1]), 4)
        0.2778
    """
    return float(risk_coverage(confidence, right).risk.mean())


def excess_aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Return AURC minus that of the best order, all right answers first (Geifman et al., 2019, exactly); 0 is best.

    Args:
        confidence, right: as for `risk_coverage`.

    Raises:
        InvalidArgumentError: as for `risk_coverage`.

    Example:
        >>> round(excess_aurc([0.9, 0.8, 0.1], [1, 0, 1]), 4)
        0.1667
    """
    return aurc(confidence, right) - aurc(right, right)
