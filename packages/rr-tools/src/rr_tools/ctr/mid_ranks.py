"""Ranks of numbers, where equal ones share the mean of theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mid_ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return [N] the rank of each of the values [N] from 1, the smallest, on.

    Example:
        >>> mid_ranks(np.array([10, 30, 20, 20])).tolist()
        [1.0, 4.0, 2.5, 2.5]
    """
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = np.cumsum(sizes) - (sizes - 1) / 2
    return ranks[group]
