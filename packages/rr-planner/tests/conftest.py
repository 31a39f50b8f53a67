"""Toy models whose answers hang on the user alone, with faults on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import settings

from rr_planner import Deliberation, QueryBatch, Ranking

N_ITEMS = 30

# Time limits a test case would fail on a busy machine.
settings.register_profile("rr-planner", deadline=None)
settings.load_profile("rr-planner")


@dataclass
class ToyTool:
    name: str = "toy"
    seed: int = 1
    flops_per_query: float = 10.0
    rated: bool = True
    broken_users: frozenset[int] = frozenset()  # gets NaN scores
    raises: Exception | None = None
    seen: list[list[int]] = field(default_factory=list)  # users of each call

    def rank(self, queries: QueryBatch, k: int) -> Ranking:
        self.seen.append(queries.users.tolist())
        if self.raises is not None:
            raise self.raises
        scores = np.zeros((len(queries), N_ITEMS))
        sure = np.zeros(len(queries))
        for row, user in enumerate(queries.users.tolist()):
            generator = np.random.default_rng([self.seed, user])
            scores[row], sure[row] = generator.random(N_ITEMS), generator.random()
        if queries.candidates is not None:
            scores = np.take_along_axis(scores, queries.candidates, axis=1)
        ranking = Ranking.from_scores(scores, k, confidence=sure if self.rated else None, candidates=queries.candidates)
        ranking.scores[np.isin(queries.users, list(self.broken_users))] = np.nan
        return ranking


@dataclass
class ToyReasoner(ToyTool):
    name: str = "vlm"
    seed: int = 9
    flops_per_query: float = 100.0
    flops_with_evidence: float = 200.0
    raises_with_evidence: Exception | None = None
    evidence_seen: list[tuple[str, ...] | None] = field(default_factory=list)

    def deliberate(self, queries: QueryBatch, k: int, evidence: Mapping[str, Ranking] | None = None) -> Deliberation:
        self.evidence_seen.append(None if evidence is None else tuple(evidence))
        own = self.rank(queries, k)
        thoughts = [f"user {user}" for user in queries.users.tolist()]
        if evidence:
            if self.raises_with_evidence is not None:
                raise self.raises_with_evidence
            # Follows the first tool, so that a test can tell with and without evidence apart.
            first = next(iter(evidence.values()))
            thoughts = [f"{thought} with {', '.join(evidence)}" for thought in thoughts]
            return Deliberation(first.items, first.scores, own.confidence, thoughts)
        return Deliberation(own.items, own.scores, own.confidence, thoughts)


@pytest.fixture
def toy_tool() -> type[ToyTool]:
    return ToyTool


@pytest.fixture
def toy_reasoner() -> type[ToyReasoner]:
    return ToyReasoner


@pytest.fixture
def make_queries() -> Callable[..., QueryBatch]:
    def make(horizon: list[float], users: list[int] | None = None) -> QueryBatch:
        ids = list(range(len(horizon))) if users is None else users
        return QueryBatch.of(
            users=np.array(ids, dtype=np.int64),
            ids=np.array([f"q{user}" for user in ids], dtype=str),
            histories=[[1, 2]] * len(ids),
            evidence_horizon=np.array(horizon, dtype=np.float64),
        )

    return make
