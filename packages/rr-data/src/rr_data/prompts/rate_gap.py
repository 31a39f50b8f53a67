"""How much higher one hit rate is than another, beyond chance."""

from __future__ import annotations

import math
from typing import Final

from rr_data.errors import EvidenceError

_TWO_SIDED_95: Final = 1.9600  # standard normal quantile


def gap_at_least(rate: float, n: int, other_rate: float, other_n: int) -> float:
    """The lower end of the two-sided 95 % interval of `rate / other_rate - 1`.

    By the normal approximation of the log ratio of two independent proportions (Katz and others, Biometrics 1978), with
    half a hit and half a miss added to each, so that rates of 0 and 1 have an interval too.

    Args:
        rate: a hit rate.
        n: the number of queries behind it.
        other_rate: another one.
        other_n: the number behind that.

    Raises:
        EvidenceError: a rate outside [0, 1] or a number below 1.

    Example:
        >>> round(gap_at_least(0.10, 100, 0.05, 100), 2)
        -0.3
        >>> round(gap_at_least(0.10, 100_000, 0.05, 100_000), 2)
        0.94
    """
    (log_rate, error), (other_log_rate, other_error) = _log_rate(rate, n), _log_rate(other_rate, other_n)
    return math.exp(log_rate - other_log_rate - _TWO_SIDED_95 * math.hypot(error, other_error)) - 1


def _log_rate(rate: float, n: int) -> tuple[float, float]:
    """The logarithm of a rate with half a hit and half a miss more, and its standard error."""
    if n < 1 or not 0 <= rate <= 1:
        raise EvidenceError(f"hit rate: received {rate} of {n} queries; expected a rate in [0, 1] of at least 1 query")
    shifted = (rate * n + 0.5) / (n + 1)
    return math.log(shifted), math.sqrt((1 - shifted) / (shifted * n))
