"""Risk control with a guarantee that holds for any model and any data: learn, then test."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import CalibrationError


def control_risk(losses: ArrayLike, *, alpha: float, delta: float = 0.05) -> int | None:
    """Return the boldest of L settings whose risk is surely at most alpha.

    Angelopoulos, Bates, Candes, Jordan, Lei: Learn then test (2021). The settings are tested in the order given, from
    the safest to the boldest, until one cannot be told from a risk above alpha; the last one before is returned. With
    probability 1 - delta over the draw of the N queries its risk, the mean loss over all queries there are, is at most
    alpha. The queries must be independent, of the distribution to come, and not have been used to fit the settings.

    Args:
        losses: [L, N] in [0, 1], of N queries under each setting.
        alpha: the largest risk, in (0, 1).
        delta: the largest probability that the risk is above alpha nevertheless, in (0, 1).

    Returns:
        The number of the setting; None where not even the first one is surely safe.

    Raises:
        CalibrationError: losses that are no [L, N] numbers in [0, 1], or an alpha or delta out of range.

    Example:
        >>> losses = np.zeros((3, 500))
        >>> losses[1, :20], losses[2, :60] = 1.0, 1.0  # mean losses 0, .04 and .12
        >>> control_risk(losses, alpha=0.10)
        1
    """
    table = np.asarray(losses, dtype=np.float64)
    if table.ndim != 2 or table.size == 0 or not ((table >= 0) & (table <= 1)).all():
        raise CalibrationError("losses", f"shape {table.shape}", "[L, N] numbers in [0, 1], at least one of each")
    for name, value in (("alpha", alpha), ("delta", delta)):
        if not 0 < value < 1:
            raise CalibrationError(name, f"{value}", "a number in (0, 1)")
    chosen = None
    for setting, mean in enumerate(table.mean(1).tolist()):
        if p_value(mean, table.shape[1], alpha) > delta:
            break
        chosen = setting
    return chosen


def p_value(mean: float, n: int, alpha: float) -> float:
    """Return a bound on the probability of a mean loss this low in n queries if the risk is above alpha.

    The smaller of the bounds of Hoeffding and of Bentkus, for losses in [0, 1].
    """
    if mean >= alpha:
        return 1.0
    hoeffding = math.exp(-n * _divergence(mean, alpha))
    return min(1.0, hoeffding, math.e * _binomial_below(math.ceil(n * mean), n, alpha))


def _divergence(mean: float, alpha: float) -> float:
    """Relative entropy of a coin with the mean to one with alpha."""
    first = mean * math.log(mean / alpha) if mean > 0 else 0.0
    return first + (1 - mean) * math.log((1 - mean) / (1 - alpha))


def _binomial_below(most: int, n: int, share: float) -> float:
    """Probability of at most so many successes in n draws."""
    log_n = math.lgamma(n + 1)
    logs = (
        log_n - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(share) + (n - k) * math.log1p(-share)
        for k in range(most + 1)
    )
    return math.fsum(math.exp(log) for log in logs)
