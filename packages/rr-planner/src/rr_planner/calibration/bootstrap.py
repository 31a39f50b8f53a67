"""Bootstrap intervals of means."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import CalibrationError
from rr_planner.types import FloatArray

DRAWS = 2000


class Interval(NamedTuple):
    """An estimate with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def mean_interval(values: ArrayLike, *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Return the mean of values [B] with its 95 % percentile interval over resamples of the B values.

    Raises:
        CalibrationError: no values, or values that are not finite.

    Example:
        >>> mean_interval([1.0, 1.0, 1.0])
        Interval(value=1.0, low=1.0, high=1.0)
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) == 0 or not np.isfinite(array).all():
        raise CalibrationError("values", f"shape {array.shape}", "at least one number, all finite")
    means = resampled_means(array[None], draws=draws, seed=seed)[:, 0]
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(array.mean()), float(low), float(high))


def resampled_means(columns: FloatArray, *, draws: int = DRAWS, seed: int = 0) -> FloatArray:
    """Return [draws, C] the means of columns [C, B] over resamples of the B places, the same ones for all columns."""
    generator, size = np.random.default_rng(seed), columns.shape[1]
    means = np.empty((draws, len(columns)))
    for draw in range(draws):
        counts = np.bincount(generator.integers(size, size=size), minlength=size)
        means[draw] = columns @ counts / size
    return means
