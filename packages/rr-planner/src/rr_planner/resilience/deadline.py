"""One deadline a request, inherited by every step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from rr_planner.resilience.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment after which nobody waits for an answer any more.

    Attributes:
        at: the moment, on the clock; infinite where there is no deadline.
        clock: what tells the time.

    Example:
        >>> Deadline().remaining()
        inf
        >>> Deadline.after(0.2).remaining() <= 0.2
        True
    """

    at: float = math.inf
    clock: Clock = field(default_factory=SystemClock)

    @classmethod
    def after(cls, seconds: float | None, clock: Clock | None = None) -> Deadline:
        """Return the deadline that many seconds from now; None sets none."""
        clock = clock or SystemClock()
        return cls(math.inf if seconds is None else clock.now() + seconds, clock)

    def remaining(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.at - self.clock.now())

    @property
    def expired(self) -> bool:
        """Whether it has passed."""
        return self.clock.now() >= self.at
