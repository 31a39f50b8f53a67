from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rr_data.images.backoff import Backoff, retry_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_doubles_up_to_the_longest() -> None:
    backoff = Backoff(first_wait=1, longest_wait=10)
    assert [backoff.wait(attempt, asked=None, jitter=1.0) for attempt in (1, 2, 3, 4, 5, 5000)] == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_half_at_most() -> None:
    assert Backoff().wait(2, asked=None, jitter=0.0) == 1.0


def test_what_the_server_asks_for_counts_up_to_the_longest() -> None:
    assert Backoff().wait(5, asked=3.0, jitter=0.0) == 3.0
    assert Backoff().wait(1, asked=-5.0, jitter=0.0) == 0.0
    assert Backoff(longest_wait=7).wait(1, asked=1e9, jitter=0.0) == 7


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 17 ", 17.0),
        ("9" * 400, 999_999_999.0),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", -60.0),
        ("Thu, 01 Jan 2026 00:02:00 -0000", 120.0),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("٣", None),
        ("Thu, 99 Jan 99999999999 00:02:00 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=NOW) == seconds
