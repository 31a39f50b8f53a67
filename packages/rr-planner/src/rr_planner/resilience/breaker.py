"""A circuit breaker: stop calling a model that fails, and find out with one call whether it is back."""

from __future__ import annotations

import threading
from collections import deque
from enum import StrEnum

from rr_planner.resilience.clock import Clock


class BreakerState(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"  # calls go through
    OPEN = "open"  # calls are refused
    HALF_OPEN = "half-open"  # one call is out to see whether the model is back


class Breaker:
    """Opens when enough of the newest calls failed; after a pause exactly one call may probe.

    A ticket belongs to the period (closed, or one probe) in which it was given: a call that was sent before the breaker
    opened and returns after it closed again says nothing. No method waits, so threads and coroutines may share it.

    (M. Nygard, Release It!, 2nd ed. 2018, chapter 5.)

    Args:
        window: how many of the newest calls count.
        failures: how many failures among them open it.
        cooldown_s: seconds from opening to the probe.
        clock: what tells the time.

    Example:
        >>> from rr_planner.resilience.clock import SystemClock
        >>> breaker = Breaker(window=2, failures=1, cooldown_s=60.0, clock=SystemClock())
        >>> breaker.settle(breaker.admit(), ok=False)
        >>> breaker.state.value, breaker.admit()
        ('open', None)
    """

    def __init__(self, *, window: int, failures: int, cooldown_s: float, clock: Clock) -> None:
        """Start closed."""
        self._failures, self._cooldown_s, self._clock = failures, cooldown_s, clock
        self._recent: deque[bool] = deque(maxlen=window)  # True for a failure
        self._failed = 0
        self._state = BreakerState.CLOSED
        self._period = 0
        self._probe_at = 0.0
        self._lock = threading.Lock()

    @property
    def state(self) -> BreakerState:
        """Where it stands; OPEN until a call has asked to probe."""
        return self._state

    def admit(self) -> int | None:
        """Return a ticket for one call, or None where it is refused. Each ticket is settled or released once."""
        with self._lock:
            if self._state is BreakerState.CLOSED:
                return self._period
            if self._state is BreakerState.OPEN and self._clock.now() >= self._probe_at:
                self._enter(BreakerState.HALF_OPEN)
                return self._period
            return None

    def settle(self, ticket: int | None, *, ok: bool, hold_s: float = 0.0) -> None:
        """Report how the call of a ticket ended; None is ignored.

        Args:
            ticket: from `admit`.
            ok: whether the model answered.
            hold_s: seconds that the model asked to be left alone; a failure with it opens the breaker at once, for so
                long.
        """
        with self._lock:
            if ticket != self._period:
                return
            if self._state is BreakerState.HALF_OPEN:
                self._enter(BreakerState.CLOSED) if ok else self._open(hold_s)
                return
            if len(self._recent) == self._recent.maxlen:
                self._failed -= self._recent[0]
            self._recent.append(not ok)
            self._failed += not ok
            if not ok and (hold_s > 0 or self._failed >= self._failures):
                self._open(hold_s)

    def release(self, ticket: int | None) -> None:
        """Give a ticket back without a verdict: the call was cancelled. The next caller may probe."""
        with self._lock:
            if ticket == self._period and self._state is BreakerState.HALF_OPEN:
                self._enter(BreakerState.OPEN)
                self._probe_at = self._clock.now()

    def _open(self, hold_s: float) -> None:
        self._enter(BreakerState.OPEN)
        self._probe_at = self._clock.now() + (hold_s or self._cooldown_s)

    def _enter(self, state: BreakerState) -> None:
        self._state = state
        self._period += 1
        self._recent.clear()
        self._failed = 0
