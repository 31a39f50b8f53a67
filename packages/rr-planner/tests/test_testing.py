"""The conformance kit passes what keeps the contract and names each breach."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from rr_planner import Deliberation, Ranking
from rr_planner.testing import check_reasoner, check_tool

N = 40


class Good:
    name = "good"
    flops_per_query = 1.0

    def rank(self, queries, k):
        scores = np.empty((len(queries), N))
        for row, history in enumerate(queries.histories):
            known = history[(history >= 0) & (history < N)]
            scores[row] = np.random.default_rng([7, len(known), *known[-3:].tolist()]).random(N)
        if queries.candidates is not None:
            scores = np.take_along_axis(scores, queries.candidates, 1)
        sure = scores.max(1) if scores.size else np.empty(0)
        return Ranking.from_scores(scores, k, confidence=sure, candidates=queries.candidates)


class GoodReasoner(Good):
    flops_with_evidence = 2.0

    def deliberate(self, queries, k, evidence=None):
        own = self.rank(queries, k)
        return Deliberation(own.items, own.scores, own.confidence, [""] * len(queries))


def changed(change):
    """A tool that keeps the contract but for one change to its answers."""

    class Changed(Good):
        def rank(self, queries, k):
            answer = super().rank(queries, k)
            return change(answer, queries, k) or answer

    return Changed()


def put(column, place, value):
    def change(answer, queries, k):
        if len(queries):
            getattr(answer, column)[place] = value

    return changed(change)


class Nameless(Good):
    name = ""


class Costly(Good):
    flops_per_query = -1


class Wordy(Good):
    flops_per_query = "few"


class NoCost:
    name = "x"

    def rank(self, queries, k):
        raise NotImplementedError


class Afraid(Good):
    """Raises on what the batch of queries holds."""

    def __init__(self, afraid_of):
        self.afraid_of = afraid_of

    def rank(self, queries, k):
        if self.afraid_of(queries, k):
            raise KeyError("help")
        return super().rank(queries, k)


class Forgetful(Good):
    """Answers otherwise the second time."""

    calls = 0

    def rank(self, queries, k):
        self.calls += 1
        answer = super().rank(queries, k)
        answer.scores[:] += self.calls
        return answer


class Greedy(Good):
    """Writes into the caller's arrays."""

    def rank(self, queries, k):
        answer = super().rank(queries, k)
        for history in queries.histories:
            history[:1] = 0
        return answer


def neighbourly(answer, queries, k):
    if len(queries):
        answer.scores[:] += len(queries)


def backwards(answer, queries, k):
    return answer.take(np.argsort(queries.ids, kind="stable")) if len(queries) > 1 else None


def ignore_candidates(answer, queries, k):
    return None if queries.candidates is None else Good().rank(_without(queries), k)


def _without(queries):
    from rr_planner import QueryBatch

    return QueryBatch.of(users=queries.users, histories=queries.histories, evidence_horizon=queries.evidence_horizon)


BROKEN = {
    "no name": (Nameless(), "name is ''"),
    "negative cost": (Costly(), "flops_per_query is -1"),
    "cost in words": (Wordy(), "flops_per_query is 'few'"),
    "not a tool": (NoCost(), "lacks one of"),
    "empty history": (Afraid(lambda q, k: any(len(h) == 0 for h in q.histories)), "empty histories: KeyError"),
    "empty batch": (Afraid(lambda q, k: len(q) == 0), "an empty batch"),
    "unknown user": (Afraid(lambda q, k: (q.users > 1000).any()), "a user it cannot know"),
    "unknown item": (Afraid(lambda q, k: any((h >= N).any() for h in q.histories)), "unknown items in a history"),
    "negative item": (Afraid(lambda q, k: any((h < 0).any() for h in q.histories)), "unknown items in a history"),
    "large k": (Afraid(lambda q, k: k > N), "k beyond the number of items"),
    "few candidates": (Afraid(lambda q, k: q.candidates is not None and q.candidates.shape[1] < k), "3 candidates"),
    "not repeatable": (Forgetful(), "calling twice"),
    "writes into queries": (Greedy(), "modified the queries"),
    "looks at the batch": (changed(neighbourly), "hangs on the other queries"),
    "loses the order": (changed(backwards), "not in the order of the queries"),
    "ignores candidates": (changed(ignore_candidates), "not among the candidates"),
    "NaN": (put("scores", (0, 0), np.nan), "NaN"),
    "infinity": (put("scores", (0, 0), np.inf), "infinity"),
    "increasing": (put("scores", (0, -1), 9.0), "increase"),
    "twice": (put("items", (0, slice(None)), 3), "twice"),
    "beyond the catalogue": (put("items", (0, 0), N), f"outside 0..{N - 1}"),
    "below the catalogue": (put("items", (0, 0), -4), f"outside 0..{N - 1}"),
    "confidence": (put("confidence", 0, 1.5), "confidence"),
    "confidence NaN": (put("confidence", 0, np.nan), "confidence"),
    "too narrow": (changed(lambda a, q, k: Ranking(a.items[:, 1:], a.scores[:, 1:])), "shape"),
    "too short": (changed(lambda a, q, k: a.take(range(len(q) - 1)) if len(q) else None), "shape"),
    "float items": (changed(lambda a, q, k: Ranking(a.items * 1.0, a.scores)), "whole numbers"),
    "silent": (changed(lambda a, q, k: Ranking(a.items, np.full_like(a.scores, -np.inf))), "every query with an empty"),
    "no ranking": (changed(lambda a, q, k: [1]), "without it"),
}


def test_good_ones_pass():
    check_tool(Good(), n_items=N)
    check_tool(Good(), n_items=N, k=1, seed=3, users=["u1", "u2"])
    check_tool(Good(), n_items=N, k=N)
    check_reasoner(GoodReasoner(), n_items=N)
    check_reasoner(GoodReasoner(), n_items=N, tools=[])


@pytest.mark.parametrize("name", BROKEN)
def test_each_breach_is_named(name):
    tool, words = BROKEN[name]
    with pytest.raises(AssertionError) as caught:
        check_tool(copy.deepcopy(tool), n_items=N)
    assert words in str(caught.value)


def test_candidates_may_be_unsupported():
    check_tool(changed(ignore_candidates), n_items=N, candidates_supported=False)


def test_nearly_equal_scores_may_swap():
    class Rounding(Good):
        def rank(self, queries, k):
            items = np.tile(np.arange(k), (len(queries), 1)) % N
            scores = np.tile(np.where(np.arange(k) < N, 1.0 - 0.1 * (np.arange(k) // 2), -np.inf), (len(queries), 1))
            if len(queries) == 1 and k > 1:
                items[:, [0, 1]] = items[:, [1, 0]]
            return Ranking(items, scores + 1e-7 * len(queries))

    check_tool(Rounding(), n_items=N, candidates_supported=False)


class Unsure(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        own = self.rank(queries, k)
        return Deliberation(own.items, own.scores, None, [""] * len(queries))


class Thoughtless(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        return self.rank(queries, k)


class NeedsEvidence(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        evidence["tool-a"]
        return super().deliberate(queries, k, evidence)


class NeedsEveryTool(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        if evidence:
            evidence["tool-b"]
        return super().deliberate(queries, k, evidence)


class WritesEvidence(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        for ranking in (evidence or {}).values():
            ranking.items[:] = 0
        return super().deliberate(queries, k, evidence)


class DropsEvidence(GoodReasoner):
    def deliberate(self, queries, k, evidence=None):
        if evidence:
            evidence.popitem()
        return super().deliberate(queries, k, evidence)


class MixesEvidence(GoodReasoner):
    """Takes the first query's evidence for all."""

    def deliberate(self, queries, k, evidence=None):
        own = super().deliberate(queries, k)
        if evidence and len(queries):
            first = next(iter(evidence.values()))
            rows = np.zeros(len(queries), dtype=int)
            return Deliberation(first.items[rows], first.scores[rows], own.confidence, own.thoughts)
        return own


class FreeReasoner(GoodReasoner):
    flops_with_evidence = None


@pytest.mark.parametrize(
    ("reasoner", "words"),
    [
        (Good(), "lacks one of"),
        (Unsure(), "confidence is None"),
        (Thoughtless(), "thoughts"),
        (NeedsEvidence(), "KeyError"),
        (NeedsEveryTool(), "KeyError"),
        (WritesEvidence(), "modified the evidence"),
        (DropsEvidence(), "modified the evidence"),
        (MixesEvidence(), "hangs on the other queries"),
        (FreeReasoner(), "flops_with_evidence is None"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_each_breach_of_a_reasoner_is_named(reasoner, words):
    with pytest.raises(AssertionError) as caught:
        check_reasoner(reasoner, n_items=N)
    assert words in str(caught.value)
