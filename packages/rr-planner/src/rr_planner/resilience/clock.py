"""Time as the planner sees it: one object to read it and to wait, so that tests can put another in its place."""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import time
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """Tells the time and waits for work, in seconds from an arbitrary start."""

    def now(self) -> float:
        """Return the time; it never goes backwards."""
        ...

    def wait(self, futures: Sequence[concurrent.futures.Future[Any]], until: float) -> None:
        """Block until one of the futures is done or it is `until`; without futures, sleep."""
        ...

    async def wait_async(self, futures: Sequence[asyncio.Future[Any]], until: float) -> None:
        """Do the same without blocking the event loop. The futures are left running when this is cancelled."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    now = staticmethod(time.perf_counter)
    """Return the time; not a method of its own, for every request asks a dozen times."""

    def wait(self, futures: Sequence[concurrent.futures.Future[Any]], until: float) -> None:
        """Block until one of the futures is done or it is `until`."""
        left = _left(until, self.now())
        if futures:
            concurrent.futures.wait(futures, left, concurrent.futures.FIRST_COMPLETED)
        elif left is not None:
            time.sleep(left)

    async def wait_async(self, futures: Sequence[asyncio.Future[Any]], until: float) -> None:
        """Await the first of the futures, or `until`."""
        left = _left(until, self.now())
        if futures:
            await asyncio.wait(futures, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        elif left is not None:
            await asyncio.sleep(left)


def _left(until: float, now: float) -> float | None:
    return None if math.isinf(until) else max(0.0, until - now)
