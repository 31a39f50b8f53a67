"""What a Brier score is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.calibration.bins import Binning, bin_of, check_answers


@dataclass(frozen=True, slots=True)
class BrierDecomposition:
    """brier = reliability - resolution + uncertainty + within (Murphy, 1973; Stephenson et al., 2008).

    Attributes:
        brier: mean squared distance of confidence from right and wrong; lower is better.
        reliability: squared distance of a bin's confidence from its accuracy; 0 is calibrated.
        resolution: squared distance of a bin's accuracy from the overall one; higher tells right from wrong better.
        uncertainty: variance of right and wrong, which no confidence can change.
        within: what binning hides: variance of the confidences in a bin minus twice their covariance with the outcome.
            0 where a bin holds one confidence.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_decomposition(
    confidence: ArrayLike, right: ArrayLike, *, n_bins: int = 15, binning: Binning = "mass"
) -> BrierDecomposition:
    """Split the Brier score of stated confidences into calibration, discrimination and what cannot be changed.

    Args:
        confidence: [N] in [0, 1].
        right: [N] booleans, or 0 and 1.
        n_bins, binning: see `reliability`.

    Raises:
        InvalidArgumentError: as for `reliability`.

    Example:
        >>> parts = brier_decomposition([0.2, 0.2, 0.8, 0.8], [0, 0, 1, 0])
        >>> round(parts.brier, 3), round(parts.reliability, 3), parts.resolution, parts.uncertainty
        (0.19, 0.065, 0.0625, 0.1875)
    """
    stated, correct = check_answers(confidence, right)
    bins = bin_of(stated, n_bins, binning)
    counts = np.maximum(np.bincount(bins), 1)
    mean_stated = (np.bincount(bins, weights=stated) / counts)[bins]
    mean_right = (np.bincount(bins, weights=correct) / counts)[bins]
    return BrierDecomposition(
        brier=float(np.mean((stated - correct) ** 2)),
        reliability=float(np.mean((mean_stated - mean_right) ** 2)),
        resolution=float(np.mean((mean_right - correct.mean()) ** 2)),
        uncertainty=float(correct.var()),
        within=float(np.mean((stated - mean_stated) * (stated - mean_stated - 2 * (correct - mean_right)))),
    )
