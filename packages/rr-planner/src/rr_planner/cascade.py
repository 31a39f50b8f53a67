"""One batch on its way through the cascade: each step runs only on the queries that need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rr_planner.aggregation.agreement import agreement
from rr_planner.aggregation.fusion import reciprocal_rank_fusion
from rr_planner.answered import Answered
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS, Codes, Policy
from rr_planner.policies.signals import Signals
from rr_planner.protocols import Reasoner, Tool
from rr_planner.resilience.guard import Call, ask_reasoner, ask_tool
from rr_planner.selection import Selection
from rr_planner.types import FloatArray, IntArray, QueryBatch

BoolArray = NDArray[np.bool_]
FUSION = "fusion"
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Models:
    """Who can be asked."""

    tools: Mapping[str, Tool]
    reasoner: Reasoner
    consulted: tuple[str, ...]


class Cascade:
    """Asks, decides and serves one batch; `rr_planner.planner` turns the result into answers."""

    def __init__(self, models: Models, queries: QueryBatch, k: int) -> None:
        """Start with nothing asked."""
        size = len(queries)
        self.models, self.queries, self.k = models, queries, k
        self.tools = {name: Answered(size, k) for name in models.tools}
        self.alone, self.informed = Answered(size, k), Answered(size, k)
        self.calls: list[Call] = []
        self.signals = Signals.of(queries, tuple(models.tools))
        self.codes: Codes = np.full(size, PENDING, dtype=np.int8)
        # What is served in the end.
        self.names = (*models.tools, models.reasoner.name, FUSION)
        self.server: IntArray = np.full(size, NOBODY)  # [B] indices into `names`
        self.used: list[tuple[str, ...]] = [()] * size
        self.thoughts = [""] * size
        self.items: IntArray = np.zeros((size, k), dtype=np.int64)
        self.scores: FloatArray = np.full((size, k), -np.inf)
        self.confidence: FloatArray = np.full(size, np.nan)

    def route(self, policy: Policy, selection: Selection) -> None:
        """Decide the route of every query, running what the policy needs to know and no more."""
        names = tuple(self.models.tools)
        asked = names if policy.uses_agreement else selection.required(names)
        self.ask_tools(asked, policy.may_delegate(self.signals))
        confidence = np.stack([self.tools[name].confidence for name in names])
        usable = np.stack([self.tools[name].usable for name in names])
        self.signals = replace(
            self.signals,
            tool_confidence=confidence,
            delegate=selection.select(names, confidence, usable),
            agreement=self._agreement(usable) if policy.uses_agreement else self.signals.agreement,
        )
        codes = policy.triage(self.signals)
        pending = codes == PENDING
        self.ask_alone(pending | (codes == REASONER))
        self.signals = replace(self.signals, reasoner_confidence=self.alone.confidence)
        if pending.any():
            codes = np.where(pending, policy.escalate(self.signals), codes)
        self.codes = codes.astype(np.int8, copy=False)

    def serve(self) -> None:
        """Serve every query along its route, then what is left by whoever can still answer."""
        high = self.codes == BOTH
        self._serve_delegates(self.codes == TOOLS)
        self._serve_reasoner(self.alone, self.codes == REASONER)
        if high.any():
            self._consult(high)
            self._serve_reasoner(self.informed, high)
            # A reasoner that fails with evidence has often answered alone before.
            self._serve_reasoner(self.alone, high)
        if not self.unserved.any():
            return
        self.ask_tools(tuple(self.models.tools), self.unserved)
        self._serve_fused(self.unserved)
        self.ask_alone(self.unserved & (self.codes == TOOLS))
        self._serve_reasoner(self.alone, self.unserved)

    @property
    def unserved(self) -> BoolArray:
        """[B] queries that nobody has answered yet."""
        return np.asarray(self.server == NOBODY)

    def ask_tools(self, names: Iterable[str], wanted: BoolArray) -> None:
        """Ask tools about the wanted queries, each tool at most once a query."""
        for name in names:
            given = self.tools[name]
            rows = np.flatnonzero(wanted & ~given.asked)
            if len(rows):
                self._record(ask_tool(self.models.tools[name], self._take(rows), self.k, rows), given)

    def ask_alone(self, wanted: BoolArray) -> None:
        """Ask the reasoner about the wanted queries, without evidence, at most once a query."""
        rows = np.flatnonzero(wanted & ~self.alone.asked)
        if len(rows):
            self._record(ask_reasoner(self.models.reasoner, self._take(rows), self.k, rows), self.alone)

    def _consult(self, wanted: BoolArray) -> None:
        self.ask_tools(self.models.consulted, wanted)
        # A reasoner that has just failed alone is not tried again with evidence.
        wanted = wanted & ~(self.alone.asked & ~self.alone.usable)
        names = self.models.consulted
        for present, rows in _patterns(np.stack([self.tools[name].usable for name in names]), np.flatnonzero(wanted)):
            voices = [name for name, there in zip(names, present, strict=True) if there]
            evidence = {name: self.tools[name].ranking(rows) for name in voices}
            if evidence:
                call = ask_reasoner(self.models.reasoner, self._take(rows), self.k, rows, evidence)
                self._record(call, self.informed)
            else:
                mask = np.zeros(len(self.codes), dtype=np.bool_)
                mask[rows] = True
                self.ask_alone(mask)

    def _serve_delegates(self, wanted: BoolArray) -> None:
        for index, (name, given) in enumerate(self.tools.items()):
            rows = np.flatnonzero(wanted & (self.signals.delegate == index) & given.usable)
            self._serve(rows, name, given.items[rows], given.scores[rows], given.confidence[rows])
            for row in rows.tolist():
                self.used[row] = (name,)

    def _serve_reasoner(self, given: Answered, wanted: BoolArray) -> None:
        rows = np.flatnonzero(wanted & given.usable & self.unserved)
        name = self.models.reasoner.name
        self._serve(rows, name, given.items[rows], given.scores[rows], given.confidence[rows])
        for row in rows.tolist():
            self.thoughts[row] = given.thoughts[row]
            if given is self.informed:
                self.used[row] = self._voices(self.models.consulted, row)

    def _serve_fused(self, wanted: BoolArray) -> None:
        usable = np.stack([given.usable for given in self.tools.values()]).any(0)
        rows = np.flatnonzero(wanted & usable)
        if len(rows):
            fused = reciprocal_rank_fusion([given.ranking(rows) for given in self.tools.values()], self.k)
            self._serve(rows, FUSION, fused.items, fused.scores, np.full(len(rows), np.nan))
            for row in rows.tolist():
                self.used[row] = self._voices(tuple(self.tools), row)

    def _serve(self, rows: IntArray, name: str, items: IntArray, scores: FloatArray, confidence: FloatArray) -> None:
        self.items[rows], self.scores[rows], self.confidence[rows] = items, scores, confidence
        self.server[rows] = self.names.index(name)

    def _voices(self, names: Sequence[str], row: int) -> tuple[str, ...]:
        return tuple(name for name in names if self.tools[name].usable[row])

    def _agreement(self, usable: BoolArray) -> FloatArray:
        result = np.full(usable.shape[1], np.nan)
        rows = np.flatnonzero(usable.sum(0) > 1)
        if len(rows):
            result[rows] = agreement([given.ranking(rows) for given in self.tools.values()])
        return result

    def _take(self, rows: IntArray) -> QueryBatch:
        return self.queries if len(rows) == len(self.queries) else self.queries.take(rows)

    def _record(self, call: Call, given: Answered) -> None:
        self.calls.append(call)
        given.add(call)


def _patterns(usable: BoolArray, rows: IntArray) -> list[tuple[tuple[bool, ...], IntArray]]:
    """Group rows by which tools have an answer for them: a reasoner sees a tool's answer or not the tool at all."""
    if len(rows) == 0:
        return []
    patterns, group = np.unique(usable[:, rows].T, axis=0, return_inverse=True)
    return [(tuple(pattern.tolist()), rows[group.ravel() == index]) for index, pattern in enumerate(patterns)]
