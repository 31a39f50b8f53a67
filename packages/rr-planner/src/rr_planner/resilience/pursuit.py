"""Get an answer out of one model: attempt, hedge, retry, give up. It never waits itself but says what to wait for."""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from typing import NamedTuple

from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.faults import Fault
from rr_planner.resilience.guard import Ask, Call, failed
from rr_planner.resilience.lane import Lane, Result, Sent, Start
from rr_planner.types import NOT_ASKED, SUPERSEDED


class Wait(NamedTuple):
    """What a pursuit waits for: one of the results, or a moment. It may be resumed earlier and then asks again."""

    results: tuple[Result, ...]
    until: float


def pursue(lane: Lane, ask: Ask, deadline: Deadline, start: Start) -> Generator[Wait, None, list[Call]]:
    """Ask one model, again where that may help, until `deadline` at the latest.

    A failed call is repeated if its fault is retryable, the settings allow another attempt, the pause (the model's
    Retry-After, if longer) ends before the deadline, and the budget has a token. Without a deadline nobody waits for a
    Retry-After. Closing the generator stops the calls that are out.

    Returns:
        Every call that was made or refused, in order of their end; at least one. An answer, if there is one, is last,
        but for calls that it superseded.
    """
    calls: list[Call] = []
    clock, settings = lane.clock, lane.settings
    for attempt in range(1, settings.attempts + 1):
        fault = yield from _attempt(lane, ask, deadline, start, calls, first=attempt == 1)
        if fault is None or not fault.retryable or attempt == settings.attempts:
            break
        pause = settings.backoff_s * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
        resume = clock.now() + max(pause, fault.retry_after_s)
        patient = not fault.retry_after_s or deadline.at < math.inf
        if not patient or resume >= deadline.at or not lane.budget.spend():
            break
        while clock.now() < resume:
            yield Wait((), resume)
    return calls


def _attempt(
    lane: Lane, ask: Ask, deadline: Deadline, start: Start, calls: list[Call], *, first: bool
) -> Generator[Wait, None, Fault | None]:
    """Make one call, and a second one beside it where hedging is on; return why both failed, None where one did not."""
    clock, settings = lane.clock, lane.settings
    until = deadline.at
    if until < math.inf and clock.now() >= until:
        calls.append(failed(ask, f"{NOT_ASKED}the deadline has passed", clock.now(), 0.0))
        return None
    if settings.attempt_s is not None:
        until = min(until, clock.now() + settings.attempt_s)
        deadline = Deadline(until, clock)
    hedge_at = clock.now() + (settings.hedge_after_s or 0.0) if lane.hedges else math.inf
    running: list[Sent] = []
    try:
        sent = lane.send(ask, deadline, start)
        if isinstance(sent, str):
            calls.append(failed(ask, sent, clock.now(), 0.0))
            return None
        running.append(sent)
        if first:
            lane.budget.earn()
        while True:
            done = next((sent for sent in running if sent.result.done()), None)
            if done is not None:
                running.remove(done)
                call, fault = lane.settle(done)
                calls.append(call)
                if fault is None or not running:
                    return fault
            elif clock.now() >= until:
                calls += [lane.give_up(running.pop()) for _ in range(len(running))]
                return Fault(retryable=True)
            elif clock.now() >= hedge_at:
                hedge_at = math.inf
                if lane.hedges and lane.budget.spend():
                    second = lane.send(ask, deadline, start)
                    running += [second] if isinstance(second, Sent) else []
            else:
                yield Wait(tuple(sent.result for sent in running), min(until, hedge_at))
    finally:
        calls += [lane.abandon(sent, SUPERSEDED) for sent in running]
