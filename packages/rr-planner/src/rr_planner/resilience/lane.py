"""The way to one model: its circuit breaker, its places, its retry budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rr_planner.resilience.breaker import Breaker
from rr_planner.resilience.budget import RetryBudget
from rr_planner.resilience.bulkhead import Bulkhead
from rr_planner.resilience.clock import Clock
from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.faults import Fault, fault_of
from rr_planner.resilience.guard import Ask, Call, Check, answered, check_answer, check_deliberation, failed
from rr_planner.resilience.settings import Resilience
from rr_planner.types import NOT_ASKED

HOLD_MOST_S = 300.0  # a model that asks to be left alone for longer is probed all the same
_UNKNOWN = float("nan")


class Result(Protocol):
    """The part of a future that threads, event loops and finished calls have in common."""

    def done(self) -> bool:
        """Whether there is a result."""
        ...

    def result(self) -> Any:
        """Return it, or raise what the model raised."""
        ...

    def cancel(self) -> Any:
        """Stop the work if that is possible."""
        ...


Start = Callable[["Lane", Ask, Deadline], Result]


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A call that is out."""

    ask: Ask
    result: Result
    ticket: int
    start: float


class Lane:
    """Lets calls through to one model while it is well, and counts what comes of them.

    Args:
        model: the tool or reasoner.
        call: how it is asked in a thread; None where it can only be awaited.
        acall: how it is awaited; None where it cannot.
        check: what checks its answers.
        settings: limits.
        clock: what tells the time.
    """

    def __init__(
        self,
        model: Any,
        *,
        call: Callable[[Ask, Deadline], Any] | None,
        acall: Callable[[Ask, Deadline], Awaitable[Any]] | None,
        check: Check,
        settings: Resilience,
        clock: Clock,
    ) -> None:
        """Start with a closed breaker, free places and no retry to give."""
        self.name: str = model.name
        self.waits = call is not None  # whether a caller may wait for it, or can only await it
        self.call, self.acall, self.settings, self.clock = call or self._refuse, acall, settings, clock
        self.blocking = bool(getattr(model, "blocking", True))
        self.may_hedge = settings.hedge_after_s is not None and bool(getattr(model, "idempotent", False))
        self.bulkhead = Bulkhead(settings.concurrency)
        self.budget = RetryBudget(settings.retry_ratio)
        self.breaker = Breaker(
            window=settings.breaker_window,
            failures=settings.breaker_failures,
            cooldown_s=settings.breaker_cooldown_s,
            clock=clock,
        )
        self._model, self._check = model, check

    @classmethod
    def to_tool(cls, tool: Any, settings: Resilience, clock: Clock, n_items: int | None) -> Lane:
        """Return the lane of a tool: `rank`, `arank` or both."""
        return cls(
            tool,
            call=_asking(tool, "rank", lambda ask: (ask.queries, ask.k)),
            acall=_asking(tool, "arank", lambda ask: (ask.queries, ask.k)),
            check=check_answer(n_items),
            settings=settings,
            clock=clock,
        )

    @classmethod
    def to_reasoner(cls, reasoner: Any, settings: Resilience, clock: Clock, n_items: int | None) -> Lane:
        """Return the lane of a reasoner: `deliberate`, `adeliberate` or both."""
        return cls(
            reasoner,
            call=_asking(reasoner, "deliberate", lambda ask: (ask.queries, ask.k, ask.evidence)),
            acall=_asking(reasoner, "adeliberate", lambda ask: (ask.queries, ask.k, ask.evidence)),
            check=check_deliberation(n_items),
            settings=settings,
            clock=clock,
        )

    def _refuse(self, ask: Ask, deadline: Deadline) -> Any:
        raise TypeError(f"{self.name} can only be awaited: use Planner.aanswer")

    @property
    def hedges(self) -> bool:
        """Whether a second call may be sent now: the model allows it, and most of its places are free."""
        return self.may_hedge and 2 * self.bulkhead.inside <= self.bulkhead.limit

    def send(self, ask: Ask, deadline: Deadline, start: Start) -> Sent | str:
        """Start a call, or say why it was refused."""
        ticket = self.breaker.admit()
        if ticket is None:
            return f"{NOT_ASKED}its circuit breaker is {self.breaker.state.value}"
        if not self.bulkhead.enter():
            self.breaker.release(ticket)
            return f"{NOT_ASKED}all of its {self.bulkhead.limit} places are taken"
        began = self.clock.now()
        try:
            # `start` gives the place back when the model is done, however late that is.
            return Sent(ask, start(self, ask, deadline), ticket, began)
        except Exception as error:  # no thread to be had
            self.breaker.release(ticket)
            return f"{NOT_ASKED}{type(error).__name__}: {error}"
        except BaseException:
            self.breaker.release(ticket)
            raise

    def settle(self, sent: Sent) -> tuple[Call, Fault | None]:
        """Record a call that has come back, and what its failure says of another try."""
        try:
            given = sent.result.result()
            seconds = self.clock.now() - sent.start
            call = answered(sent.ask, given, self._check, sent.start, seconds, self.price(sent.ask))
        except (Exception, asyncio.CancelledError) as error:  # whatever a model raises, the query goes on without it
            fault = fault_of(error)
            self.breaker.settle(sent.ticket, ok=False, hold_s=min(fault.retry_after_s, HOLD_MOST_S))
            return self._failed(sent, error), fault
        self.breaker.settle(sent.ticket, ok=True)
        return call, None

    def give_up(self, sent: Sent) -> Call:
        """Stop waiting for a call."""
        sent.result.cancel()
        self.breaker.settle(sent.ticket, ok=False)
        waited = self.clock.now() - sent.start
        return self._failed(sent, TimeoutError(f"no answer within {waited:.3f} s"))

    def abandon(self, sent: Sent, why: str) -> Call:
        """Stop a call that nobody needs any more; it says nothing about the model."""
        sent.result.cancel()
        self.breaker.release(sent.ticket)
        return self._failed(sent, why)

    def price(self, ask: Ask) -> tuple[float, float]:
        """Return FLOPs and cost of one query; NaN where the model does not tell."""
        model = self._model
        if ask.evidence:
            return model.flops_with_evidence, getattr(model, "cost_with_evidence", _UNKNOWN)
        return model.flops_per_query, getattr(model, "cost_per_query", _UNKNOWN)

    def _failed(self, sent: Sent, error: BaseException | str) -> Call:
        return failed(sent.ask, error, sent.start, self.clock.now() - sent.start, self.price(sent.ask))


def _asking(
    model: Any, name: str, arguments: Callable[[Ask], tuple[Any, ...]]
) -> Callable[[Ask, Deadline], Any] | None:
    """Return how a model's method is called with an ask, and with its deadline if it accepts one; None without it."""
    method = getattr(model, name, None)
    if method is None:
        return None
    if getattr(model, "accepts_deadline", False):
        return lambda ask, deadline: method(*arguments(ask), deadline=deadline)
    return lambda ask, _: method(*arguments(ask))
