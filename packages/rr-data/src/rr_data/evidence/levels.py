"""The three levels of evidence horizon."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError

LEVELS: Final = ("low", "medium", "high")
DEFAULT_THRESHOLDS: Final = (0.3, 0.7)


def horizon_levels(values: ArrayLike, *, thresholds: tuple[float, float] = DEFAULT_THRESHOLDS) -> NDArray[np.int8]:
    """Grade evidence horizons into 0 low, 1 medium, 2 high.

    The comparisons are strict, as the paper's (appendix A): below the first threshold is low, above the second high,
    and a value on a threshold is medium.

    Args:
        values: [n] horizons in [0, 1].
        thresholds: two numbers, the first not above the second.

    Raises:
        OptionError: thresholds out of order.

    Example:
        >>> horizon_levels([0.0, 0.3, 0.7, 0.9]).tolist()
        [0, 1, 1, 2]
    """
    low, high = thresholds
    if not 0 <= low <= high <= 1:
        raise OptionError("thresholds", thresholds, "two numbers with 0 <= first <= second <= 1")
    array = np.asarray(values, dtype=np.float64)
    return np.where(array < low, 0, np.where(array > high, 2, 1)).astype(np.int8)
