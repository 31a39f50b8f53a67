"""How much a planner waits, tries again and lets in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.settings import reject_unknown

_COUNTS = ("attempts", "concurrency", "admitted", "breaker_window", "breaker_failures")
_OPTIONAL = ("deadline_s", "attempt_s", "hedge_after_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience:
    """The settings of everything that keeps a failing model from becoming an outage. All times are in seconds.

    Where a call may have to be given up (a deadline, `attempt_s`, hedging), blocking models run in threads, those of
    one step at the same time; otherwise in the caller's thread, one after another. A model with a false attribute
    `blocking` always runs in the caller's thread: it answers from memory, and a thread would cost more than it does.

    Attributes:
        deadline_s: of a whole request; None waits for ever.
        reserve: share of the deadline kept back for whoever answers when a model hangs, in [0, 1).
        attempt_s: of one call of one model; None bounds it by the deadline alone.
        attempts: calls of one model in one step, the first included, at least 1.
        retry_ratio: retries and hedges may add this share to a model's calls, in [0, 1].
        backoff_s: pause before the first retry; it doubles from one to the next, and half of it is random.
        hedge_after_s: a model with a true attribute `idempotent` that has not answered by then is called a second time,
            and the first answer counts; None never hedges. Off while over half of its places are taken.
        concurrency: places of each model: calls that run at once, hung ones included.
        admitted: requests at once; more are refused with `OverloadedError`.
        breaker_window: how many of a model's newest calls count.
        breaker_failures: how many failures among them make the planner leave it alone.
        breaker_cooldown_s: for how long, until one call may probe it.

    Raises:
        InvalidPolicyError: a value is out of range; the message names it.

    Example:
        >>> Resilience(deadline_s=0.3).attempts
        2
    """

    deadline_s: float | None = None
    reserve: float = 0.2
    attempt_s: float | None = None
    attempts: int = 2
    retry_ratio: float = 0.2
    backoff_s: float = 0.02
    hedge_after_s: float | None = None
    concurrency: int = 64
    admitted: int = 256
    breaker_window: int = 10
    breaker_failures: int = 8
    breaker_cooldown_s: float = 5.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in _COUNTS:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InvalidPolicyError(name, repr(value), "a whole number of at least 1")
        for name in _OPTIONAL:
            if getattr(self, name) is not None and not _positive(getattr(self, name)):
                raise InvalidPolicyError(name, repr(getattr(self, name)), "a number of seconds above 0, or none")
        for name in ("retry_ratio", "reserve"):
            if not _fraction(getattr(self, name)):
                raise InvalidPolicyError(name, repr(getattr(self, name)), "a number in [0, 1]")
        if self.reserve == 1:
            raise InvalidPolicyError("reserve", "1", "less than 1: nobody else would have time to answer")
        for name in ("backoff_s", "breaker_cooldown_s"):
            if not _positive(getattr(self, name)):
                raise InvalidPolicyError(name, repr(getattr(self, name)), "a number of seconds above 0")
        if self.breaker_failures > self.breaker_window:
            received = f"{self.breaker_failures} of {self.breaker_window} calls: the breaker could never open"
            raise InvalidPolicyError("breaker_failures", received, "at most breaker_window")

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Resilience:
        """Read settings by name.

        Raises:
            InvalidPolicyError: a name is unknown (the message names the nearest right one) or a value out of range.
        """
        reject_unknown(settings, [field.name for field in fields(cls)], prefix="resilience.")
        return cls(**settings)


def _positive(value: Any) -> bool:
    return _number(value) and value > 0


def _fraction(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
