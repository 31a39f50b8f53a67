"""How sure a mean over queries is: bootstrap intervals and paired differences.

Queries are resampled with replacement (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993). A resample of N
values is decided by how often each *distinct* value was drawn, a multinomial draw; ranking metrics take few distinct
values (HR two, NDCG@5 ten at most), so the cost hardly grows with N.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError

_CHUNK_CELLS = 4_000_000  # bounds the memory of one multinomial draw to 32 MB
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over n queries with its bootstrap percentile interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean of a - b over n queries that both systems answered.

    Attributes:
        mean: of the differences; positive where a is better.
        low, high: its bootstrap percentile interval.
        p_value: two-sided; how often a mean at least this far from zero comes about where there is no difference.
        n: queries.
    """

    mean: float
    low: float
    high: float
    p_value: float
    n: int


def bootstrap_interval(values: ArrayLike, *, seed: int, n_resamples: int = 2000, level: float = 0.95) -> Interval:
    """Return the mean of `values` [N] and its percentile interval.

    Args:
        values: one finite number a query.
        seed: of the resamples; the same seed gives the same interval.
        n_resamples: 1 or more.
        level: share of the resampled means inside the interval, in (0, 1).

    Raises:
        InvalidArgumentError: no values, a value that is not finite, or an option out of range.

    Example:
        >>> interval = bootstrap_interval([0, 1, 1, 0, 1, 1, 1, 0], seed=0)
        >>> interval.mean, interval.low < 0.625 < interval.high
        (0.625, True)
    """
    checked = _check("values", values)
    means = _resampled_means(checked, seed, n_resamples)
    low, high = _percentiles(means, level)
    return Interval(float(checked.mean()), low, high, len(checked))


def paired_difference(
    a: ArrayLike, b: ArrayLike, *, seed: int, n_resamples: int = 2000, level: float = 0.95
) -> PairedDifference:
    """Compare two systems on the same queries.

    The p-value is that of the bootstrap shifted to a mean of zero (Efron and Tibshirani, 16.4), counted as
    (1 + hits) / (1 + n_resamples), so it is never zero. Resampling a handful of differences would call any of them
    sure, so it is also never below 2 / 2^m for the m queries that differ: the least an exact sign test can reach.

    Args:
        a, b: [N] values of the two systems, query by query in the same order.
        seed, n_resamples, level: as in `bootstrap_interval`.

    Raises:
        InvalidArgumentError: the two differ in length, hold no or no finite values, or an option is out of range.

    Example:
        >>> paired_difference([1, 1, 1, 0, 1, 1], [0, 0, 1, 0, 0, 0], seed=0).mean
        0.6666666666666666
    """
    left, right = _check("a", a), _check("b", b)
    if left.shape != right.shape:
        raise InvalidArgumentError("b", f"{len(right)} values", f"{len(left)}, one for each of a")
    differences = left - right
    mean = float(differences.mean())
    means = _resampled_means(differences, seed, n_resamples)
    as_far = int(np.count_nonzero(np.abs(means - mean) >= abs(mean) - _ROUNDING))
    least = 2.0 ** (1 - np.count_nonzero(differences))
    p_value = min(1.0, max((1 + as_far) / (1 + n_resamples), least))
    low, high = _percentiles(means, level)
    return PairedDifference(mean, low, high, p_value, len(differences))


def _check(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) == 0:
        raise InvalidArgumentError(name, f"shape {array.shape}", "shape [N] with at least one value")
    if not np.isfinite(array).all():
        raise InvalidArgumentError(name, f"{array[~np.isfinite(array)][0]}", "finite numbers")
    return array


def _resampled_means(values: NDArray[np.float64], seed: int, n_resamples: int) -> NDArray[np.float64]:
    if n_resamples < 1:
        raise InvalidArgumentError("n_resamples", n_resamples, "1 or more")
    distinct, counts = np.unique(values, return_counts=True)
    shares = counts / counts.sum()
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK_CELLS // len(distinct))
    sizes = [min(step, n_resamples - start) for start in range(0, n_resamples, step)]
    draws = (rng.multinomial(len(values), shares, size=size) for size in sizes)
    totals: NDArray[np.float64] = np.concatenate([draw @ distinct for draw in draws])
    return totals / len(values)


def _percentiles(means: NDArray[np.float64], level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise InvalidArgumentError("level", level, "a share between 0 and 1")
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
