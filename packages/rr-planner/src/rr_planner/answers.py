"""The answers to a batch of queries, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.policies.policy import CODE_OF_ROUTE, ROUTE_OF_CODE, Codes, Policy
from rr_planner.policies.signals import Signals
from rr_planner.resilience.guard import Call
from rr_planner.types import Answer, Attempt, Decision, FloatArray, Ranking, Route


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers to B queries, in their order. `answers[i]` and iteration give them one by one as `Answer`.

    Attributes:
        ranking: items [B, k], scores [B, k], confidence [B] (NaN where nobody gave one).
        served_by: B names: a tool, the reasoner, `fusion` or `last-resort`; empty where nobody answered.
        tools_used: B tuples of the tools whose answers went into the served one.
        thoughts: B texts, empty where a tool answered.
        degraded: B texts: what failed on the way, empty where nothing did.
        latency_ms: [B] time spent on each query, its share of each batch it was part of.
        flops: [B] floating-point operations; NaN where a model does not tell.
        cost: [B] in the team's own unit; NaN where a model does not tell.
        disagreed: B: whether the reasoner's first item is another than most consulted tools'; None where it saw none.
        signals: what the policy looked at.
        policy: the policy that decided.
        codes: [B] the routes it asked for.
        consulted: the tools that the route BOTH consults.
        calls: every call that was made.
    """

    ranking: Ranking
    served_by: tuple[str, ...]
    tools_used: tuple[tuple[str, ...], ...]
    thoughts: tuple[str, ...]
    degraded: tuple[str, ...]
    latency_ms: FloatArray
    flops: FloatArray
    cost: FloatArray
    disagreed: tuple[bool | None, ...]
    signals: Signals
    policy: Policy
    codes: Codes
    consulted: tuple[str, ...]
    calls: tuple[Call, ...]

    def __len__(self) -> int:
        """Return B."""
        return len(self.codes)

    def __getitem__(self, row: int) -> Answer:
        """Return the answer to query `row`."""
        row = range(len(self))[row]
        kept = ~np.isneginf(self.ranking.scores[row])
        return Answer(
            query_id=_plain(self.ids[row]),
            items=self.ranking.items[row][kept],
            scores=self.ranking.scores[row][kept],
            confidence=float(self.confidence[row]),
            served_by=self.served_by[row],
            tools_used=self.tools_used[row],
            thought=self.thoughts[row],
            degraded=self.degraded[row],
            attempts=_attempts(self.calls, row),
            latency_ms=float(self.latency_ms[row]),
            flops=float(self.flops[row]),
            decision=self.decision(row),
            cost=float(self.cost[row]),
            disagreed=self.disagreed[row],
        )

    def __iter__(self) -> Iterator[Answer]:
        """Yield the answers in the order of the queries."""
        return (self[row] for row in range(len(self)))

    @property
    def ids(self) -> NDArray[Any]:
        """[B] query ids."""
        return self.signals.ids

    @property
    def confidence(self) -> FloatArray:
        """[B] confidence of the served answer, NaN where nobody gave one."""
        known = self.ranking.confidence
        return np.full(len(self), np.nan) if known is None else known

    @property
    def routes(self) -> NDArray[np.str_]:
        """[B] the routes that the policy asked for: `tools`, `reasoner` or `both`."""
        return np.array([route.value for route in ROUTE_OF_CODE])[self.codes]

    def share(self, route: Route) -> float:
        """Return the share of queries that were sent this way; NaN for an empty batch."""
        return float((self.codes == CODE_OF_ROUTE[route]).mean()) if len(self) else float("nan")

    def decision(self, row: int) -> Decision:
        """Return where query `row` was sent and why."""
        return decision_of(self.policy, self.signals, row, int(self.codes[row]), self.consulted)

    def take(self, rows: Sequence[int]) -> list[Answer]:
        """Return the answers to some of the queries."""
        return [self[row] for row in rows]

    def to_columns(self) -> dict[str, list[Any]]:
        """Return the answers as the columns of a predictions table that the planner knows.

        `query_id`, `items`, `scores`, `confidence`, `route`, `tools_used`, `latency_ms`, `flops`, `thought`, `reason`,
        one entry a query; padding is cut off, unknown figures are None. `items` holds the planner's item ids.
        """
        kept = (~np.isneginf(self.ranking.scores)).sum(1).tolist()
        items, scores = self.ranking.items.tolist(), self.ranking.scores.tolist()
        return {
            "query_id": [str(query_id) for query_id in self.ids.tolist()],
            "items": [row[:n] for row, n in zip(items, kept, strict=True)],
            "scores": [row[:n] for row, n in zip(scores, kept, strict=True)],
            "confidence": _nullable(self.confidence),
            "route": self.routes.tolist(),
            "tools_used": [list(names) for names in self.tools_used],
            "latency_ms": _nullable(self.latency_ms),
            "flops": _nullable(self.flops),
            "thought": list(self.thoughts),
            "reason": [self.policy.reason(self.signals, row, code) for row, code in enumerate(self.codes.tolist())],
        }


def decision_of(policy: Policy, signals: Signals, row: int, code: int, consulted: tuple[str, ...]) -> Decision:
    """Return the decision on query `row`, whose route is `code` (not PENDING), as a value of its own."""
    route = ROUTE_OF_CODE[code]
    delegate = int(signals.delegate[row])
    own = float(signals.reasoner_confidence[row])
    confidence, tools = own, consulted if route is Route.BOTH else ()
    if route is Route.TOOLS:
        confidence = float(signals.tool_confidence[delegate, row]) if delegate >= 0 else float("nan")
        tools = (signals.tool_names[delegate],) if delegate >= 0 else ()
    return Decision(
        query_id=_plain(signals.ids[row]),
        route=route,
        evidence_horizon=float(signals.evidence_horizon[row]),
        confidence=confidence,
        tools=tools,
        reason=policy.reason(signals, row, code),
        policy=policy.name,
        policy_hash=policy.hash,
        tool_confidence=dict(zip(signals.tool_names, signals.tool_confidence[:, row].tolist(), strict=True)),
        agreement=float(signals.agreement[row]),
        reasoner_confidence=own,
        delegate=signals.tool_names[delegate] if delegate >= 0 else "",
        features={name: float(values[row]) for name, values in signals.features.items() if values.dtype.kind in "biuf"},
    )


def _attempts(calls: Sequence[Call], row: int) -> tuple[Attempt, ...]:
    found = []
    for call in calls:
        # `rows` is sorted: the planner always asks in the order of the batch.
        place = int(np.searchsorted(call.rows, row))
        if place < len(call.rows) and call.rows[place] == row:
            share = 1000.0 * call.seconds / len(call.rows)
            found.append(Attempt(call.model, call.step, call.errors.get(place, ""), share))
    return tuple(found)


def _plain(query_id: Any) -> int | str:
    value = query_id.item() if isinstance(query_id, np.generic) else query_id
    return value if isinstance(value, int) else str(value)


def _nullable(values: FloatArray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
