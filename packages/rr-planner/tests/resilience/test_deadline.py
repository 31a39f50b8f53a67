import asyncio
import concurrent.futures
import math
import time

from rr_planner import Deadline
from rr_planner.resilience.clock import SystemClock
from rr_planner.testing import FakeClock


def test_a_deadline_passes():
    clock = FakeClock()
    deadline = Deadline.after(2.0, clock)
    clock.advance(0.5)
    assert (deadline.remaining(), deadline.expired) == (1.5, False)
    clock.advance(2.0)
    assert (deadline.remaining(), deadline.expired) == (0.0, True)
    assert Deadline.after(None, clock).at == math.inf


def test_the_systems_clock_waits_for_work_or_time():
    clock, never = SystemClock(), concurrent.futures.Future()
    begin = time.perf_counter()
    clock.wait([never], clock.now() + 0.01)
    clock.wait((), clock.now() + 0.01)
    assert time.perf_counter() - begin >= 0.019
    never.set_result(1)
    clock.wait([never], math.inf)

    async def wait():
        future = asyncio.get_running_loop().create_future()
        await clock.wait_async([future], clock.now() + 0.01)
        await clock.wait_async((), clock.now() + 0.01)
        future.set_result(1)
        await clock.wait_async([future], math.inf)

    asyncio.run(wait())
