"""Prometheus metrics of a planner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily

from rr_planner.answers import Answers
from rr_planner.resilience.breaker import BreakerState
from rr_planner.resilience.clock import Clock
from rr_planner.telemetry.outcomes import outcomes_of

if TYPE_CHECKING:
    from rr_planner.planner import Planner

_SECONDS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_PREFIX = "rr_planner_"


class Metrics:
    """An observer that counts, and shows the counts as Prometheus metrics.

    | metric | labels |
    |---|---|
    | `rr_planner_answers_total` | `route`, `served_by`, `degraded` (`yes`, `no`) |
    | `rr_planner_unanswered_total`, `rr_planner_shed_total` | |
    | `rr_planner_attempts_total` | `model`, `step`, `outcome` |
    | `rr_planner_tool_use_total` | `tool`, `level` of evidence horizon |
    | `rr_planner_disagreements_total` | `disagreed` (`yes`, `no`) |
    | `rr_planner_answer_seconds`, `rr_planner_call_seconds` | `route`; `model`, `step` |
    | `rr_planner_breaker_state`, `rr_planner_busy` | `model` and, of the former, `state` (1 where it is so) |

    Counts are of queries, durations of an answered query or of a call.

    Args:
        registry: where the metrics are shown; one of its own by default.
        levels: bounds of low and high evidence horizon.

    Example:
        >>> from prometheus_client import generate_latest
        >>> metrics = Metrics()
        >>> metrics.shed(3)
        >>> "rr_planner_shed_total 3.0" in generate_latest(metrics.registry).decode()
        True
    """

    def __init__(self, registry: CollectorRegistry | None = None, *, levels: tuple[float, float] = (0.3, 0.7)) -> None:
        """Register the metrics."""
        self.registry = registry or CollectorRegistry()
        self._levels = levels
        self._answers = self._counter("answers", "Queries answered.", "route", "served_by", "degraded")
        self._unanswered = self._counter("unanswered", "Queries that nobody answered.")
        self._shed = self._counter("shed", "Queries refused because of overload.")
        self._attempts = self._counter("attempts", "What models were asked.", "model", "step", "outcome")
        self._tool_use = self._counter("tool_use", "Tools whose answers were used.", "tool", "level")
        self._disagreements = self._counter("disagreements", "Reasoner against the consulted tools.", "disagreed")
        self._answer_seconds = self._histogram("answer_seconds", "Time spent on a query.", "route")
        self._call_seconds = self._histogram("call_seconds", "Time a call to a model took.", "model", "step")

    def watch(self, planner: Planner) -> None:
        """Show the state of the planner's circuit breakers and the calls that are out, read when asked for."""
        self.registry.register(_States(planner))

    def answered(self, answers: Answers, start: float, clock: Clock) -> None:
        """Count the answers to a request."""
        for call in answers.calls:
            for outcome, number in outcomes_of(call).items():
                self._attempts.labels(call.model, call.step, outcome.value).inc(number)
            self._call_seconds.labels(call.model, call.step).observe(call.seconds)
        routes, horizon = answers.routes.tolist(), answers.signals.evidence_horizon.tolist()
        for row, server in enumerate(answers.served_by):
            if not server:
                self._unanswered.inc()
                continue
            self._answers.labels(routes[row], server, "yes" if answers.degraded[row] else "no").inc()
            self._answer_seconds.labels(routes[row]).observe(answers.latency_ms[row] / 1000.0)
            for tool in answers.tools_used[row]:
                self._tool_use.labels(tool, self._level(horizon[row])).inc()
            if answers.disagreed[row] is not None:
                self._disagreements.labels("yes" if answers.disagreed[row] else "no").inc()

    def shed(self, queries: int) -> None:
        """Count the queries of a refused request."""
        self._shed.inc(queries)

    def _level(self, horizon: float) -> str:
        low, high = self._levels
        return "low" if horizon < low else "high" if horizon > high else "medium"

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, *labels: str) -> Histogram:
        return Histogram(_PREFIX + name, says, labels, registry=self.registry, buckets=_SECONDS)


class _States:
    """A collector that asks the planner when it is asked itself."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = GaugeMetricFamily(_PREFIX + "breaker_state", "Where a breaker stands.", labels=["model", "state"])
        for model, current in self._planner.breakers.items():
            for state in BreakerState:
                states.add_metric([model, state.value], float(state is current))
        yield states
        busy = GaugeMetricFamily(_PREFIX + "busy", "Calls that are out, hung ones included.", labels=["model"])
        for model, calls in self._planner.busy.items():
            busy.add_metric([model], calls)
        yield busy
