"""Brier score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ctr.clicks_check import check_clicks


def brier(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return [N] the squared distance of each probability from what happened; the mean is the score (Brier, 1950).

    Args:
        labels: [N] 1 for a click, 0 for none.
        probabilities: [N] of a click, in [0, 1].

    Raises:
        InvalidArgumentError: different shapes, no rows, another label, or no probability.

    Example:
        >>> brier([1, 0], [0.5, 0.1]).round(2).tolist()
        [0.25, 0.01]
    """
    clicked, given = check_clicks(labels, probabilities)
    return np.asarray((given - clicked) ** 2)
