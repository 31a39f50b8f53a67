"""One batch on its way through the cascade: each step runs only on the queries that need it.

The cascade asks nobody itself. It yields the questions of each step and is sent the calls that came of them, so that
the same code serves callers that wait and callers that await.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rr_planner.aggregation.agreement import agreement
from rr_planner.aggregation.fusion import reciprocal_rank_fusion
from rr_planner.answered import Answered, Blank
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS, Codes, Policy
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.protocols import RankingLike
from rr_planner.resilience.guard import Ask, Call
from rr_planner.resilience.last_resort import LastResort
from rr_planner.selection import Selection
from rr_planner.types import FloatArray, IntArray, QueryBatch

BoolArray = NDArray[np.bool_]
FUSION, LAST_RESORT = "fusion", "last-resort"
NOBODY = -1

Steps = Generator[list[Ask], list[Call], None]


@dataclass(frozen=True, slots=True)
class Models:
    """Who can be asked, by name."""

    tools: tuple[str, ...]
    reasoner: str
    consulted: tuple[str, ...]
    last_resort: LastResort | None = None


class Cascade:
    """Decides and serves one batch; `rr_planner.planner` asks for it and turns the result into answers."""

    def __init__(self, models: Models, queries: QueryBatch, k: int) -> None:
        """Start with nothing asked."""
        size = len(queries)
        blank = Blank.of(size, k)
        self.models, self.queries, self.k = models, queries, k
        self.tools = {name: Answered(blank) for name in models.tools}
        self.alone, self.informed = Answered(blank), Answered(blank)
        self.calls: list[Call] = []
        self.signals = Signals(
            ids=queries.ids,
            evidence_horizon=queries.evidence_horizon,
            tool_names=models.tools,
            tool_confidence=np.full((len(models.tools), size), np.nan),
            delegate=np.full(size, NO_TOOL),
            agreement=blank.unknown,
            reasoner_confidence=blank.unknown,
            features=queries.features,
        )
        self.codes: Codes = np.full(size, PENDING, dtype=np.int8)
        # What is served in the end.
        self.names = (*models.tools, models.reasoner, FUSION, LAST_RESORT)
        self.server: IntArray = np.full(size, NOBODY)  # [B] indices into `names`
        self.used: list[tuple[str, ...]] = [()] * size
        self.thoughts = [""] * size
        self.disagreed: list[bool | None] = [None] * size
        self.items, self.scores, self.confidence = blank.items, blank.scores, blank.unknown
        self._blank, self._left = blank, size

    def steps(self, policy: Policy, selection: Selection) -> Steps:
        """Route and serve every query; yields the questions of a step, wants their calls."""
        yield from self._route(policy, selection)
        yield from self._serve_routes()
        if self._left:
            yield from self._serve_what_is_left()

    @property
    def unserved(self) -> BoolArray:
        """[B] queries that nobody has answered yet."""
        return np.asarray(self.server == NOBODY)

    def _route(self, policy: Policy, selection: Selection) -> Steps:
        names = self.models.tools
        asked = names if policy.uses_agreement else selection.required(names)
        yield from self._ask_tools(asked, policy.may_delegate(self.signals))
        if self.calls:
            self.signals = self._heard(policy, selection)
        codes = policy.triage(self.signals)
        self.codes = codes.astype(np.int8, copy=False)
        if np.count_nonzero(codes == TOOLS) == len(codes):
            return
        pending = codes == PENDING
        yield from self._ask_alone(pending | (codes == REASONER))
        # A copy: the decision records what was known when it was made, and a later step may ask the reasoner again.
        self.signals = replace(self.signals, reasoner_confidence=self.alone.confidence.copy())
        if np.count_nonzero(pending):
            self.codes = np.where(pending, policy.escalate(self.signals), codes).astype(np.int8, copy=False)

    def _heard(self, policy: Policy, selection: Selection) -> Signals:
        """Return the signals with what the tools have said."""
        given = self.tools.values()
        confidence, usable = np.array([one.confidence for one in given]), np.array([one.usable for one in given])
        agreed = self._agreement(usable) if policy.uses_agreement else self.signals.agreement
        heard = replace(self.signals, tool_confidence=confidence, agreement=agreed)
        return replace(heard, delegate=selection.select(heard, usable))

    def _serve_routes(self) -> Steps:
        """Serve every query along its route, if those it was sent to have an answer."""
        self._serve_delegates(self.codes == TOOLS)
        if not self._left:
            return
        self._serve_reasoner(self.alone, self.codes == REASONER)
        high = self.codes == BOTH
        if np.count_nonzero(high):
            yield from self._consult(high)
            self._serve_reasoner(self.informed, high)
            # A reasoner that fails with evidence has often answered alone before.
            self._serve_reasoner(self.alone, high)

    def _serve_what_is_left(self) -> Steps:
        """Serve by whoever can still answer: the tools together, the reasoner, the last resort."""
        yield from self._ask_tools(self.models.tools, self.unserved, final=True)
        self._serve_fused(self.unserved)
        yield from self._ask_alone(self.unserved & (self.codes == TOOLS), final=True)
        self._serve_reasoner(self.alone, self.unserved)
        rows = _rows(self.unserved)
        if len(rows) and self.models.last_resort is not None:
            items, scores = self.models.last_resort.rank(self._take(rows), self.k)
            self._serve(rows, LAST_RESORT, items, scores, self._blank.unknown[rows])

    def _ask_tools(self, names: Sequence[str], wanted: BoolArray, *, final: bool = False) -> Steps:
        """Ask tools about the wanted queries, each tool at most once a query."""
        if not np.count_nonzero(wanted):
            return
        asks = []
        for name in names:
            rows = _rows(wanted & ~self.tools[name].asked)
            if len(rows):
                asks.append(Ask(name, "answer", rows, self._take(rows), self.k, final=final))
        if asks:
            for call in (yield asks):
                self._record(call, self.tools[call.model])

    def _ask_alone(self, wanted: BoolArray, *, final: bool = False) -> Steps:
        """Ask the reasoner about the wanted queries, without evidence, at most once a query."""
        if not np.count_nonzero(wanted):
            return
        rows = _rows(wanted & ~self.alone.asked)
        if len(rows):
            ask = Ask(self.models.reasoner, "deliberate", rows, self._take(rows), self.k, final=final)
            for call in (yield [ask]):
                self._record(call, self.alone)

    def _consult(self, wanted: BoolArray) -> Steps:
        names = self.models.consulted
        # A reasoner that has just failed alone is not tried again with evidence.
        hopeful = wanted & ~(self.alone.asked & ~self.alone.usable)
        yield from self._ask_tools(names, wanted, final=not np.count_nonzero(hopeful))
        asks, without = [], self._blank.nowhere.copy()
        for present, rows in _patterns(np.array([self.tools[name].usable for name in names]), _rows(hopeful)):
            evidence: dict[str, RankingLike] = {
                name: self.tools[name].ranking(rows) for name, there in zip(names, present, strict=True) if there
            }
            if evidence:
                step = "deliberate with evidence"
                asks.append(Ask(self.models.reasoner, step, rows, self._take(rows), self.k, evidence))
            else:
                without[rows] = True
        if asks:
            for call in (yield asks):
                self._record(call, self.informed)
        yield from self._ask_alone(without)

    def _serve_delegates(self, wanted: BoolArray) -> None:
        if not np.count_nonzero(wanted):
            return
        for index, (name, given) in enumerate(self.tools.items()):
            rows = _rows(wanted & (self.signals.delegate == index) & given.usable)
            if len(rows):
                self._serve_given(rows, name, given)
                for row in rows.tolist():
                    self.used[row] = (name,)

    def _serve_reasoner(self, given: Answered, wanted: BoolArray) -> None:
        if not self._left or not np.count_nonzero(wanted):
            return
        rows = _rows(wanted & given.usable & self.unserved)
        if not len(rows):
            return
        self._serve_given(rows, self.models.reasoner, given)
        for row in rows.tolist():
            self.thoughts[row] = given.thoughts.get(row, "")
            if given is self.informed:
                self.used[row] = self._voices(self.models.consulted, row)
                self.disagreed[row] = self._disagrees(row)

    def _serve_fused(self, wanted: BoolArray) -> None:
        usable = np.array([given.usable for given in self.tools.values()]).any(0)
        rows = _rows(wanted & usable)
        if len(rows):
            fused = reciprocal_rank_fusion([given.ranking(rows) for given in self.tools.values()], self.k)
            self._serve(rows, FUSION, fused.items, fused.scores, self._blank.unknown[rows])
            for row in rows.tolist():
                self.used[row] = self._voices(self.models.tools, row)

    def _serve_given(self, rows: IntArray, name: str, given: Answered) -> None:
        if len(rows) == len(self.server):
            self._serve(rows, name, given.items, given.scores, given.confidence)
        else:
            self._serve(rows, name, given.items[rows], given.scores[rows], given.confidence[rows])

    def _serve(self, rows: IntArray, name: str, items: IntArray, scores: FloatArray, confidence: FloatArray) -> None:
        self.server[rows] = self.names.index(name)
        if len(rows) == len(self.server):
            self.items, self.scores, self.confidence = items, scores, confidence
        else:
            if self.items is self._blank.items:
                self.items, self.scores = self.items.copy(), self.scores.copy()
                self.confidence = self.confidence.copy()
            self.items[rows], self.scores[rows], self.confidence[rows] = items, scores, confidence
        self._left -= len(rows)

    def _voices(self, names: Sequence[str], row: int) -> tuple[str, ...]:
        return tuple(name for name in names if self.tools[name].usable[row])

    def _disagrees(self, row: int) -> bool:
        """Whether the reasoner's first item is another than the one that most tools put first."""
        firsts = [int(self.tools[name].items[row, 0]) for name in self.used[row]]
        return max(firsts, key=firsts.count) != int(self.informed.items[row, 0])

    def _agreement(self, usable: BoolArray) -> FloatArray:
        result = self._blank.unknown.copy()
        rows = _rows(usable.sum(0) > 1)
        if len(rows):
            result[rows] = agreement([given.ranking(rows) for given in self.tools.values()])
        return result

    def _take(self, rows: IntArray) -> QueryBatch:
        return self.queries if len(rows) == len(self.queries) else self.queries.take(rows)

    def _record(self, call: Call, given: Answered) -> None:
        self.calls.append(call)
        given.add(call)


def _rows(mask: BoolArray) -> IntArray:
    return mask.nonzero()[0]


def _patterns(usable: BoolArray, rows: IntArray) -> list[tuple[tuple[bool, ...], IntArray]]:
    """Group rows by which tools have an answer for them: a reasoner sees a tool's answer or not the tool at all."""
    if len(rows) == 0:
        return []
    if len(rows) == 1:
        return [(tuple(usable[:, rows[0]].tolist()), rows)]
    patterns, group = np.unique(usable[:, rows].T, axis=0, return_inverse=True)
    return [(tuple(pattern.tolist()), rows[group.ravel() == index]) for index, pattern in enumerate(patterns)]
