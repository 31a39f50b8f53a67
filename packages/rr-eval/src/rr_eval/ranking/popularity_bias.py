"""Popularity bias."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.exposure import check_exposure, check_popularity


def average_popularity(exposure: ArrayLike, popularity: ArrayLike) -> float:
    """Return the mean popularity of what is recommended (Yin et al., 2012); NaN where nothing is.

    Args:
        exposure: [I] how often each item is recommended, see `rr_eval.exposure`.
        popularity: [I] interactions of each item in training.

    Raises:
        InvalidArgumentError: shapes that differ, or a negative count.

    Example:
        >>> average_popularity([3, 1], [10, 2])
        8.0
    """
    shown = check_exposure(exposure)
    counts = check_popularity(popularity, shown)
    return float(np.average(counts, weights=shown)) if shown.sum() else float("nan")


def popularity_bias(exposure: ArrayLike, popularity: ArrayLike) -> float:
    """Return the average popularity of what is recommended over that of what was taken; NaN where nothing is.

    1: items are recommended as often as they were taken; above 1 popular items get more than that.

    Args:
        exposure: [I] how often each item is recommended, see `rr_eval.exposure`.
        popularity: [I] interactions of each item in training.

    Raises:
        InvalidArgumentError: shapes that differ, a negative count, or no interaction at all.

    Example:
        >>> popularity_bias([10, 2], [10, 2]), round(popularity_bias([1, 0], [10, 2]), 3)
        (1.0, 1.154)
    """
    counts = check_popularity(popularity, check_exposure(exposure))
    if not counts.sum():
        raise InvalidArgumentError("popularity", "only zeros", "at least one interaction")
    return average_popularity(exposure, counts) / average_popularity(counts, counts)
