"""Logarithmic loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ctr.clicks_check import check_clicks

_LEAST = float(np.finfo(np.float64).eps)


def log_loss(labels: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return [N] minus the natural logarithm of the probability given to what happened; the mean is LogLoss.

    Probabilities are kept 2.2e-16 away from 0 and 1 (as scikit-learn does), so being wrong and sure costs 36.04.

    Args:
        labels: [N] 1 for a click, 0 for none.
        probabilities: [N] of a click, in [0, 1].

    Raises:
        InvalidArgumentError: different shapes, no rows, another label, or no probability.

    Example:
        >>> log_loss([1, 0], [0.5, 0.1]).round(4).tolist()
        [0.6931, 0.1054]
    """
    clicked, given = check_clicks(labels, probabilities)
    kept = np.clip(given, _LEAST, 1 - _LEAST)
    return np.asarray(-np.log(np.where(clicked, kept, 1 - kept)))
