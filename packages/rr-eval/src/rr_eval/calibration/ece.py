"""Expected calibration error, over bins of equal mass (Nguyen and O'Connor, 2015) or width (Naeini et al., 2015)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.calibration.bins import Binning
from rr_eval.calibration.reliability import reliability


def ece(confidence: ArrayLike, right: ArrayLike, *, n_bins: int = 15, binning: Binning = "mass") -> float:
    """Return the mean distance between confidence and accuracy, each bin weighted by its answers; 0 is perfect.

    Biased upwards: even perfect confidences give about sqrt(2 n_bins p (1 - p) / (pi N)) for an accuracy p.

    Args:
        confidence: [N] in [0, 1].
        right: [N] booleans, or 0 and 1.
        n_bins, binning: see `reliability`.

    Raises:
        InvalidArgumentError: as for `reliability`.

    Example:
        >>> round(ece([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 0], n_bins=2), 3)
        0.25
    """
    bins = reliability(confidence, right, n_bins=n_bins, binning=binning)
    return float(np.average(np.abs(bins.confidence - bins.accuracy), weights=bins.count))
