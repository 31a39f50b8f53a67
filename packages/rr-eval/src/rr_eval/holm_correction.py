"""Correction for testing often (Holm, 1979)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return adjusted p-values [M]: of all that are below alpha, none is wrong with probability 1 - alpha or more.

    The smallest is multiplied by M, the next by M - 1, and so on; none falls below a smaller one's, none exceeds 1.

    Args:
        p_values: [M] of the tests that are looked at together.

    Raises:
        InvalidArgumentError: another shape, or a value outside [0, 1].

    Example:
        >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
        [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    if given.ndim != 1 or not np.all((given >= 0) & (given <= 1)):
        raise InvalidArgumentError("p_values", f"{given}", "numbers in [0, 1], shape [M]")
    order = np.argsort(given, kind="stable")
    scaled = given[order] * np.arange(len(given), 0, -1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted
