"""How sure a metric is: bootstrap intervals, paired differences and their p-values.

(Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; Smucker, Allan and Carterette, "A Comparison of
Statistical Significance Tests for Information Retrieval Evaluation", 2007.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.resampling import bootstrap_sums, swapped_differences, swapped_sums
from rr_eval.statistics import Statistics

Test = Literal["bootstrap", "randomization"]
TESTS: tuple[str, ...] = get_args(Test)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A metric over n queries with its bootstrap percentile interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The metric of a minus that of b over n queries that both systems answered.

    Attributes:
        mean: the difference; positive where a has the larger value.
        low, high: its bootstrap percentile interval.
        p_value: two-sided; how often a difference at least this far from zero comes about where there is none.
        n: queries (users, for a metric that counts by user).
        effect: Cohen's d of the paired differences, their mean over their standard deviation; None where the metric is
            no mean over queries, or all differences are the same.
        wins, losses: queries where a, b has the larger value; None where the metric is no mean over queries.
    """

    mean: float
    low: float
    high: float
    p_value: float
    n: int
    effect: float | None = None
    wins: int | None = None
    losses: int | None = None


def bootstrap_interval(
    values: ArrayLike | Statistics, *, seed: int, n_resamples: int = 2000, level: float = 0.95
) -> Interval:
    """Return a metric and its percentile interval over resampled queries.

    Args:
        values: one finite number a query [N], whose mean is the metric; or any metric's statistics.
        seed: of the resamples; the same seed gives the same interval.
        n_resamples: 1 or more.
        level: share of the resampled metrics inside the interval, in (0, 1).

    Raises:
        InvalidArgumentError: no values, a value that is not finite, or an option out of range.

    Example:
        >>> interval = bootstrap_interval([0, 1, 1, 0, 1, 1, 1, 0], seed=0)
        >>> interval.mean, interval.low < 0.625 < interval.high
        (0.625, True)
    """
    statistics = _statistics(values)
    resampled = statistics.of_sums(bootstrap_sums(statistics.values, seed=seed, n_resamples=n_resamples))
    low, high = _percentiles(resampled, level)
    return Interval(statistics.value, low, high, len(statistics))


def paired_difference(
    a: ArrayLike | Statistics,
    b: ArrayLike | Statistics,
    *,
    seed: int,
    n_resamples: int = 2000,
    level: float = 0.95,
    test: Test = "bootstrap",
) -> PairedDifference:
    """Compare two systems on the same queries.

    Two tests are offered. `bootstrap` is the bootstrap shifted to a difference of zero (Efron and Tibshirani, 16.4).
    `randomization` swaps the two systems at random, query by query. Both count (1 + hits) / (1 + n_resamples), so a
    p-value is never zero. Resampling a handful of differences would call any of them sure, so it is also never below
    2 / 2^m for the m queries that differ: the least an exact sign test can reach.

    Args:
        a, b: [N] values of the two systems, query by query in the same order; or the statistics of one metric.
        seed, n_resamples, level: as in `bootstrap_interval`.
        test: where the p-value comes from.

    Raises:
        InvalidArgumentError: the two differ in length, hold no or no finite values, or an option is out of range.

    Example:
        >>> paired_difference([1, 1, 1, 0, 1, 1], [0, 0, 1, 0, 0, 0], seed=0).mean
        0.6666666666666666
    """
    if test not in TESTS:
        raise InvalidArgumentError("test", repr(test), f"one of {', '.join(TESTS)}")
    left, right = _statistics(a), _statistics(b)
    difference = left.minus(right)
    value = difference.value
    resampled = difference.of_sums(bootstrap_sums(difference.values, seed=seed, n_resamples=n_resamples))
    low, high = _percentiles(resampled, level)
    if test == "bootstrap":
        around_zero = resampled - value
    else:
        around_zero = _randomized(left, right, difference, seed=seed, n_resamples=n_resamples)
    as_far = int(np.count_nonzero(np.abs(around_zero) >= abs(value) - _ROUNDING))
    differing = int(np.count_nonzero((left.values != right.values).any(axis=1)))
    p_value = min(1.0, max((1 + as_far) / (1 + n_resamples), 2.0 ** (1 - differing)))
    if difference.combine is not None:
        return PairedDifference(value, low, high, p_value, len(difference))
    single = difference.values[:, 0]
    wins, losses = int(np.count_nonzero(single > 0)), int(np.count_nonzero(single < 0))
    return PairedDifference(value, low, high, p_value, len(difference), _effect(single), wins, losses)


def _effect(differences: NDArray[np.float64]) -> float | None:
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()) / spread if spread > 0 else None


def _randomized(
    a: Statistics, b: Statistics, difference: Statistics, *, seed: int, n_resamples: int
) -> NDArray[np.float64]:
    if difference.combine is None:
        sums = swapped_differences(difference.values[:, 0], seed=seed, n_resamples=n_resamples)
        return sums / len(difference)
    sums_a, sums_b = swapped_sums(a.values, b.values, seed=seed, n_resamples=n_resamples)
    return a.of_sums(sums_a) - b.of_sums(sums_b)


def _statistics(values: ArrayLike | Statistics) -> Statistics:
    return values if isinstance(values, Statistics) else Statistics.of_mean(values)


def _percentiles(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise InvalidArgumentError("level", level, "a share between 0 and 1")
    # A resample in which a metric has no value, such as the AUC of no clicks, says nothing.
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
