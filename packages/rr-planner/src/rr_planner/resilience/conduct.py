"""Run the questions of one step at the same time: in threads for a caller that waits, or in its event loop."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from rr_planner.resilience.clock import Clock
from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.guard import Ask, Call
from rr_planner.resilience.lane import Lane, Result, Start
from rr_planner.resilience.pursuit import Wait, pursue
from rr_planner.resilience.workers import Workers


@dataclass(frozen=True, slots=True)
class Conductor:
    """Takes the questions of a step to their lanes and brings the calls back, in the order of the questions."""

    lanes: Mapping[str, Lane]
    workers: Workers
    clock: Clock

    def run(self, asks: Sequence[Ask], deadline: Deadline, reserve_s: float) -> list[Call]:
        """Ask, and block until all have answered, failed or run out of time."""
        step = _Step(self.lanes, asks, deadline, reserve_s, self._start)
        try:
            while (wait := step.advance()) is not None:
                self.clock.wait(wait.results, wait.until)  # type: ignore[arg-type]  # `_start` made them
        finally:
            step.close()
        return step.calls()

    async def run_async(self, asks: Sequence[Ask], deadline: Deadline, reserve_s: float) -> list[Call]:
        """Ask, and await that all have answered, failed or run out of time; cancelled, it stops them."""
        step = _Step(self.lanes, asks, deadline, reserve_s, self._start_async)
        try:
            while (wait := step.advance()) is not None:
                await self.clock.wait_async(wait.results, wait.until)  # type: ignore[arg-type]  # `_start_async` did
        finally:
            step.close()
        return step.calls()

    def _start(self, lane: Lane, ask: Ask, deadline: Deadline) -> Result:
        if not lane.blocking or (math.isinf(deadline.at) and not lane.may_hedge):
            return _now(lane, ask, deadline)
        return self._submit(lane, ask, deadline)

    def _start_async(self, lane: Lane, ask: Ask, deadline: Deadline) -> Result:
        if lane.acall is not None:
            try:
                task = asyncio.ensure_future(lane.acall(ask, deadline))
            except BaseException:
                lane.bulkhead.leave()
                raise
            task.add_done_callback(lambda done: _leave(lane, done))
            return task
        if not lane.blocking:
            return _now(lane, ask, deadline)
        wrapped = asyncio.wrap_future(self._submit(lane, ask, deadline))
        wrapped.add_done_callback(_seen)
        return wrapped

    def _submit(self, lane: Lane, ask: Ask, deadline: Deadline) -> Future[Any]:
        try:
            future = self.workers.submit(lambda: lane.call(ask, deadline))
        except BaseException:
            lane.bulkhead.leave()
            raise
        # Not when the caller stops waiting: a call that hangs keeps its place.
        future.add_done_callback(lambda _: lane.bulkhead.leave())
        return future


class _Step:
    """The pursuits of one step, resumed until the last has ended."""

    def __init__(
        self, lanes: Mapping[str, Lane], asks: Sequence[Ask], deadline: Deadline, reserve_s: float, start: Start
    ) -> None:
        early = deadline if math.isinf(deadline.at) else Deadline(deadline.at - reserve_s, deadline.clock)
        self._ended: list[list[Call]] = [[] for _ in asks]
        self._going: dict[int, Generator[Wait, None, list[Call]]] = {
            place: pursue(lanes[ask.model], ask, deadline if ask.final else early, start)
            for place, ask in enumerate(asks)
        }

    def advance(self) -> Wait | None:
        """Resume every pursuit; return what the slowest wait for, None where all have ended."""
        results: tuple[Result, ...] = ()
        until = math.inf
        for place, pursuit in tuple(self._going.items()):
            try:
                wait = next(pursuit)
            except StopIteration as ended:
                self._ended[place] = ended.value
                del self._going[place]
            else:
                results += wait.results
                until = min(until, wait.until)
        return Wait(results, until) if self._going else None

    def calls(self) -> list[Call]:
        return [call for calls in self._ended for call in calls]

    def close(self) -> None:
        for pursuit in self._going.values():
            pursuit.close()


class _Done:
    """The result of a call that was made in the caller's own thread."""

    __slots__ = ("_error", "_value")

    def __init__(self, value: Any, error: Exception | None) -> None:
        self._value, self._error = value, error

    def done(self) -> bool:
        return True

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._value

    def cancel(self) -> bool:
        return False


def _now(lane: Lane, ask: Ask, deadline: Deadline) -> Result:
    try:
        return _Done(lane.call(ask, deadline), None)
    except Exception as error:  # kept for whoever asks for the result
        return _Done(None, error)
    finally:
        lane.bulkhead.leave()


def _leave(lane: Lane, task: asyncio.Future[Any]) -> None:
    lane.bulkhead.leave()
    _seen(task)


def _seen(future: asyncio.Future[Any]) -> None:
    """Look at the error of a call that nobody waits for any more, or asyncio would report it as lost."""
    if not future.cancelled():
        future.exception()
