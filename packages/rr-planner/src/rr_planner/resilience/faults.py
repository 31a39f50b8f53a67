"""Is an error worth a second try? Read off the exception by shape: no client library is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RETRYABLE_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
# What a second try cannot mend: bugs, and what the operating system will refuse again.
PERMANENT = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, MemoryError, NameError),
    *(NotImplementedError, RecursionError, SyntaxError, TypeError, ValueError),
    *(PermissionError, FileNotFoundError, IsADirectoryError, NotADirectoryError),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What an exception says of the next try.

    Attributes:
        retryable: whether the same call may succeed later.
        retry_after_s: seconds that the model asked to be left alone; 0 where it did not.
    """

    retryable: bool
    retry_after_s: float = 0.0


def fault_of(error: BaseException) -> Fault:
    """Judge an exception.

    An HTTP status decides where the exception or its `response` carries one (`status_code` or `status`, as in httpx,
    requests, aiohttp, openai): 408, 425, 429 and 500, 502, 503, 504 are worth a retry, any other, such as 401, is not.
    Without a status, bugs and refusals of the operating system (`PERMANENT`) are not, everything else is.

    Example:
        >>> fault_of(ConnectionResetError()).retryable, fault_of(KeyError("x")).retryable
        (True, False)
    """
    response = getattr(error, "response", None)
    for source in (error, response):
        for name in ("status_code", "status"):
            status = getattr(source, name, None)
            if isinstance(status, int):
                return Fault(status in RETRYABLE_STATUS, _retry_after(error, response))
    return Fault(not isinstance(error, PERMANENT), _retry_after(error, response))


def _retry_after(error: BaseException, response: Any) -> float:
    for source in (error, response):
        headers = getattr(source, "headers", None)
        given = headers.get("retry-after", headers.get("Retry-After")) if isinstance(headers, Mapping) else None
        for value in (getattr(source, "retry_after", None), given):
            seconds = _seconds(value)
            if seconds > 0:
                return seconds
    return 0.0


def _seconds(value: object) -> float:
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):  # absent, or a date, which needs a wall clock: a retry then waits its own pause
        return 0.0
    return seconds if 0 < seconds < float("inf") else 0.0
