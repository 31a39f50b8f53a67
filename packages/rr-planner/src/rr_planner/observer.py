"""Who watches a planner: metrics, traces, anything of a team's own."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rr_planner.answers import Answers
from rr_planner.resilience.clock import Clock


@runtime_checkable
class Observer(Protocol):
    """Is told of every request, in the thread or event loop that answered it. What it raises is logged, not passed on.

    `rr_planner.telemetry` holds one for OpenTelemetry and one for Prometheus.
    """

    def answered(self, answers: Answers, start: float, clock: Clock) -> None:
        """Take the answers to a request that began at `start`; `served_by` is empty where nobody answered."""
        ...

    def shed(self, queries: int) -> None:
        """Take note that a request with so many queries was refused because of overload."""
        ...
