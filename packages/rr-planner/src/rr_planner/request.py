"""One request on its way: the cascade, its deadline, and what it has spent so far."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rr_planner.answers import Answers
from rr_planner.cascade import NOBODY, Cascade, Models
from rr_planner.policies.policy import Policy
from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.guard import Ask, Call
from rr_planner.selection import Selection
from rr_planner.types import EMPTY_LIST, SUPERSEDED, FloatArray, QueryBatch, Ranking


class Request:
    """Hands out the questions of each step and takes their calls, until every query is served or nobody is left.

    Attributes:
        asks: the questions of the present step; empty when there is nothing left to ask.
        deadline: of the whole request.
        reserve_s: seconds kept back for whoever is asked last.
    """

    def __init__(
        self,
        models: Models,
        queries: QueryBatch,
        k: int,
        policy: Policy,
        selection: Selection,
        deadline: Deadline,
        reserve: float,
    ) -> None:
        """Start the clock; `policy` stays the same for the whole request, `reserve` is a share of its deadline."""
        self.deadline, self.policy = deadline, policy
        self.start = self._step_start = deadline.clock.now()
        self.reserve_s = 0.0 if math.isinf(deadline.at) else reserve * max(0.0, deadline.at - self.start)
        self._models, self._run = models, Cascade(models, queries, k)
        self._steps = self._run.steps(policy, selection)
        self._size = len(queries)
        self._milliseconds: list[float] = []  # a query, by call
        self.asks: Sequence[Ask] = next(self._steps, ()) if self._size else ()

    def take(self, calls: list[Call]) -> None:
        """Take what came of `asks` and go on to the next step."""
        now = self.deadline.clock.now()
        total = sum(call.seconds for call in calls)
        # Calls that ran at the same time share the time that passed.
        share = 1000.0 * min(1.0, (now - self._step_start) / total) if total > 0 else 0.0
        self._milliseconds += [share * call.seconds / len(call.rows) for call in calls]
        self._step_start = now
        try:
            self.asks = self._steps.send(calls)
        except StopIteration:
            self.asks = ()

    def answers(self) -> Answers:
        """Return the answers; `served_by` is empty where nobody answered."""
        run = self._run
        failures = _failures(run)
        latency = _by_query(run.calls, self._milliseconds, self._size)
        # The planner's own time, shared equally, so that latencies sum to the time of the request.
        elapsed = 1000.0 * (self.deadline.clock.now() - self.start)
        latency += (elapsed - latency.sum()) / max(1, self._size)
        return Answers(
            ranking=Ranking(run.items, run.scores, run.confidence),
            served_by=tuple(run.names[index] if index != NOBODY else "" for index in run.server.tolist()),
            tools_used=tuple(run.used),
            thoughts=tuple(run.thoughts),
            degraded=tuple("; ".join(causes) for causes in failures) if failures else ("",) * self._size,
            latency_ms=latency,
            flops=_by_query(run.calls, [call.flops for call in run.calls], self._size),
            cost=_by_query(run.calls, [call.cost for call in run.calls], self._size),
            disagreed=tuple(run.disagreed),
            signals=run.signals,
            policy=self.policy,
            codes=run.codes,
            consulted=self._models.consulted,
            calls=tuple(run.calls),
        )


def causes_of(calls: Sequence[Call], row: int) -> list[str]:
    """Say why nobody answered query `row`, one entry a call."""
    return [
        f"{call.model} failed to {call.step}: {call.errors[place]}"
        for call in calls
        for place in np.flatnonzero(call.rows == row).tolist()
        if place in call.errors
    ]


def _by_query(calls: Sequence[Call], values: Sequence[float], size: int) -> FloatArray:
    """[B] the sum of what each call means for every query that it was made for."""
    column, whole = np.zeros(size), 0.0
    for call, value in zip(calls, values, strict=True):
        if len(call.rows) == size:
            whole += value
        else:
            column[call.rows] += value
    column += whole
    return column


def _failures(run: Cascade) -> list[list[str]]:
    """Return what went wrong by query; nothing where all went well."""
    if not any(call.errors for call in run.calls):
        return []
    failures: list[list[str]] = [[] for _ in range(len(run.codes))]
    for call in run.calls:
        for place, message in call.errors.items():
            if message not in (EMPTY_LIST, SUPERSEDED):
                failures[int(call.rows[place])].append(f"{call.model} failed to {call.step}: {message}")
    return failures
