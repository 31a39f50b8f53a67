"""How long to wait before the next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential backoff with jitter.

    Attributes:
        attempts: tries in all, the first included.
        first_wait: seconds, at most, before the second try; doubled for each later one.
        longest_wait: seconds that no wait exceeds, not even one that a server asks for.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait(self, attempt: int, *, asked: float | None, jitter: float) -> float:
        """Seconds to wait after a failed try.

        Args:
            attempt: which try failed, from 1.
            asked: what the server asked for; it replaces the exponential wait, and jitter comes on top.
            jitter: a random number in [0, 1), which keeps clients from coming back all at once.

        Example:
            >>> [Backoff().wait(attempt, asked=None, jitter=0.5) for attempt in (1, 2, 3)]
            [0.75, 1.5, 3.0]
            >>> Backoff().wait(1, asked=3600, jitter=0.5)
            60.0
        """
        if asked is not None:
            return min(max(asked, 0.0) + jitter * self.first_wait, self.longest_wait)
        full = min(self.first_wait * 2.0 ** min(attempt - 1, 60), self.longest_wait)
        return full * (0.5 + 0.5 * jitter)


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for: a number, or a date; None where it is absent or neither.

    Example:
        >>> retry_after("120", now=datetime(2026, 1, 1, tzinfo=UTC))
        120.0
        >>> retry_after("Thu, 01 Jan 2026 00:00:30 GMT", now=datetime(2026, 1, 1, tzinfo=UTC))
        30.0
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
        return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
