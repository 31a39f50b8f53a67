"""OpenTelemetry spans of a planner."""

from __future__ import annotations

import time
from collections import Counter

from opentelemetry import trace

from rr_planner.answers import Answers
from rr_planner.resilience.clock import Clock
from rr_planner.telemetry.outcomes import outcomes_of
from rr_planner.types import Outcome

_NANO = 1e9
_FAILURES = frozenset({Outcome.FAILED, Outcome.REFUSED})


class Traces:
    """An observer that writes a span a request, below it one a call, under the caller's current span.

    The span `rr_planner.answer` has the attributes `rr_planner.queries`, `rr_planner.policy`,
    `rr_planner.policy_hash` and, counting queries, `rr_planner.route.NAME`, `rr_planner.served_by.NAME`,
    `rr_planner.tool_use.NAME`, `rr_planner.disagreed`, `rr_planner.degraded` and `rr_planner.unanswered`. The span
    `rr_planner.call` has `rr_planner.model`, `rr_planner.step`, `rr_planner.queries` and `rr_planner.outcome.NAME`.

    Spans are written when a request ends, so spans that a model itself opens stand beside them, not below.

    Args:
        provider: where spans go; the global one by default.
    """

    def __init__(self, provider: trace.TracerProvider | None = None) -> None:
        """Get a tracer."""
        self._tracer = trace.get_tracer("rr_planner", tracer_provider=provider)

    def answered(self, answers: Answers, start: float, clock: Clock) -> None:
        """Write the spans of a request."""
        to_wall = time.time_ns() - int(clock.now() * _NANO)
        root = self._tracer.start_span(
            "rr_planner.answer", start_time=to_wall + int(start * _NANO), attributes=_attributes(answers)
        )
        below = trace.set_span_in_context(root)
        for call in answers.calls:
            outcomes = outcomes_of(call)
            span = self._tracer.start_span(
                "rr_planner.call",
                context=below,
                start_time=to_wall + int(call.start * _NANO),
                attributes={
                    "rr_planner.model": call.model,
                    "rr_planner.step": call.step,
                    "rr_planner.queries": len(call.rows),
                    **{f"rr_planner.outcome.{outcome.value}": number for outcome, number in outcomes.items()},
                },
            )
            if _FAILURES & outcomes.keys():
                first = next(text for text in call.errors.values() if Outcome.of(text) in _FAILURES)
                span.set_status(trace.StatusCode.ERROR, first)
            span.end(to_wall + int((call.start + call.seconds) * _NANO))
        if not all(answers.served_by):
            root.set_status(trace.StatusCode.ERROR, "nobody answered")
        root.end(to_wall + int(clock.now() * _NANO))

    def shed(self, queries: int) -> None:
        """Write the span of a refused request."""
        span = self._tracer.start_span("rr_planner.shed", attributes={"rr_planner.queries": queries})
        span.set_status(trace.StatusCode.ERROR, "overload")
        span.end()


def _attributes(answers: Answers) -> dict[str, int | str]:
    served = [row for row, name in enumerate(answers.served_by) if name]
    routes = answers.routes.tolist()
    counts = Counter(f"route.{routes[row]}" for row in served)
    counts.update(f"served_by.{answers.served_by[row]}" for row in served)
    counts.update(f"tool_use.{tool}" for row in served for tool in answers.tools_used[row])
    counts["disagreed"] = sum(answers.disagreed[row] is True for row in served)
    counts["degraded"] = sum(answers.degraded[row] != "" for row in served)
    counts["unanswered"] = len(answers) - len(served)
    counts["queries"] = len(answers)
    policy = {"policy": answers.policy.name, "policy_hash": answers.policy.hash}
    known: dict[str, int | str] = {**policy, **counts}
    return {f"rr_planner.{name}": value for name, value in known.items()}
