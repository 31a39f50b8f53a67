"""A retry budget: retries may add a fixed share to the calls, so that they never become the outage."""

from __future__ import annotations

import threading

_ROUNDING = 1e-9


class RetryBudget:
    """A token bucket: each call pays in a fraction of a token, each retry or hedge takes a whole one.

    It starts empty, so the calls made are at most 1 + `ratio` times the calls asked for, from the first on.

    Args:
        ratio: tokens a call pays in, at least 0.
        burst: most tokens it holds.

    Example:
        >>> budget = RetryBudget(0.5)
        >>> budget.earn(); budget.spend()
        False
        >>> budget.earn(); budget.spend()
        True
    """

    def __init__(self, ratio: float, burst: float = 10.0) -> None:
        """Start empty."""
        self._ratio, self._burst = ratio, burst
        self._tokens = 0.0
        self._lock = threading.Lock()

    def earn(self) -> None:
        """Pay in for one call."""
        with self._lock:
            self._tokens = min(self._burst, self._tokens + self._ratio)

    def spend(self) -> bool:
        """Take a token for one retry; False where there is none."""
        with self._lock:
            if self._tokens < 1.0 - _ROUNDING:
                return False
            self._tokens -= 1.0
            return True
