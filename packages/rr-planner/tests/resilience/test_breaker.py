import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from rr_planner.resilience.breaker import Breaker, BreakerState
from rr_planner.testing import FakeClock

CALLERS = 64


def make(clock, window=4, failures=2, cooldown_s=10.0):
    return Breaker(window=window, failures=failures, cooldown_s=cooldown_s, clock=clock)


def opened(clock):
    breaker = make(clock)
    for _ in range(2):
        breaker.settle(breaker.admit(), ok=False)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_enough_failures_among_the_newest_calls_open_it():
    breaker = make(FakeClock())
    for ok in (False, True, True, True, False, True):  # never two failures among four
        breaker.settle(breaker.admit(), ok=ok)
    assert breaker.state is BreakerState.CLOSED
    breaker.settle(breaker.admit(), ok=False)
    assert breaker.state is BreakerState.OPEN
    assert breaker.admit() is None


def test_one_of_64_threads_probes():
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(10.0)
    barrier = threading.Barrier(CALLERS)

    def admit(_):
        barrier.wait()
        return breaker.admit()

    with ThreadPoolExecutor(CALLERS) as pool:
        tickets = [ticket for ticket in pool.map(admit, range(CALLERS)) if ticket is not None]
    assert len(tickets) == 1
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.settle(tickets[0], ok=True)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.admit() is not None


def test_one_of_64_coroutines_probes():
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(10.0)
    called = 0

    async def call():
        nonlocal called
        ticket = breaker.admit()
        if ticket is not None:
            called += 1
            await asyncio.sleep(0)
            breaker.settle(ticket, ok=False)

    async def everybody():
        await asyncio.gather(*[call() for _ in range(CALLERS)])

    asyncio.run(everybody())
    assert called == 1
    assert breaker.state is BreakerState.OPEN


def test_a_failed_probe_waits_again_and_a_released_one_is_the_next_callers():
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(9.9)
    assert breaker.admit() is None
    clock.advance(0.1)
    breaker.settle(breaker.admit(), ok=False)
    clock.advance(9.9)
    assert breaker.admit() is None
    clock.advance(0.1)
    breaker.release(breaker.admit())
    probe = breaker.admit()
    assert probe is not None
    assert breaker.admit() is None
    breaker.settle(probe, ok=True)
    assert breaker.state is BreakerState.CLOSED


def test_a_call_from_before_says_nothing_about_now():
    clock = FakeClock()
    breaker = make(clock)
    old = [breaker.admit() for _ in range(4)]
    breaker.settle(old[0], ok=False)
    breaker.settle(old[1], ok=False)
    clock.advance(10.0)
    probe = breaker.admit()
    breaker.settle(old[2], ok=True)  # neither closes it for the probe
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.release(old[3])  # nor gives the probe's place away
    assert breaker.admit() is None
    breaker.settle(probe, ok=True)
    breaker.settle(old[2], ok=False)
    assert breaker.state is BreakerState.CLOSED


def test_a_model_that_asks_for_a_pause_gets_it_at_once():
    clock = FakeClock()
    breaker = make(clock)
    breaker.settle(breaker.admit(), ok=False, hold_s=30.0)
    clock.advance(29.0)
    assert breaker.admit() is None
    clock.advance(1.0)
    assert breaker.admit() is not None


STEPS = st.lists(
    st.sampled_from(["admit", "ok", "fail", "release", "wait"]) | st.integers(0, 5).map(lambda place: ("stale", place)),
    max_size=60,
)


@given(STEPS, st.integers(1, 4), st.integers(0, 3))
def test_whatever_happens_it_probes_alone_and_comes_back(steps, failures, more):
    clock = FakeClock()
    breaker = make(clock, window=failures + more, failures=failures)
    out, settled, probing = [], [], 0
    for step in steps:
        before = breaker.state
        if step == "admit":
            ticket = breaker.admit()
            assert (ticket is None) <= (before is not BreakerState.CLOSED)
            if ticket is not None:
                probing = 1 if before is BreakerState.OPEN else 0
                assert breaker.state is (BreakerState.HALF_OPEN if probing else BreakerState.CLOSED)
                out.append(ticket)
        elif step == "wait":
            clock.advance(10.0)
        elif isinstance(step, tuple):
            if settled:
                breaker.release(settled[step[1] % len(settled)] if before is not BreakerState.HALF_OPEN else None)
        elif out:
            ticket = out.pop()
            settled.append(ticket)
            breaker.release(ticket) if step == "release" else breaker.settle(ticket, ok=step == "ok")
    # Whatever state it was left in, it ends up closed once the model answers.
    for ticket in out:
        breaker.settle(ticket, ok=True)
    clock.advance(10.0)
    breaker.settle(breaker.admit(), ok=True)
    assert breaker.state is BreakerState.CLOSED
