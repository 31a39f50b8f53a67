"""What a team's models must offer to be routed.

Satisfied by shape: no import, no base class. `rr_planner.testing` checks an implementation against these contracts.

A model may say more of itself; the planner reads these attributes where they exist:

| attribute | says | otherwise |
|---|---|---|
| `blocking` | False: it answers from memory at once and needs no thread to be interrupted in | True |
| `idempotent` | True: it may be asked twice at the same time, so a late call may be hedged | False |
| `accepts_deadline` | True: its methods take a keyword `deadline` (`rr_planner.Deadline`) | False |
| `cost_per_query`, `cost_with_evidence` | what a query costs, in the team's own unit | NaN |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rr_planner.types import QueryBatch


@runtime_checkable
class RankingLike(Protocol):
    """Anything with the three columns of `rr_planner.types.Ranking`: items [B, k], scores [B, k], confidence [B]."""

    @property
    def items(self) -> NDArray[np.int64]:
        """[B, k] item ids, best first."""
        ...

    @property
    def scores(self) -> NDArray[Any]:
        """[B, k] floats, not increasing along a row; -inf marks padding."""
        ...

    @property
    def confidence(self) -> NDArray[Any] | None:
        """[B] floats in [0, 1], or None where the model has none."""
        ...


@runtime_checkable
class DeliberationLike(RankingLike, Protocol):
    """A ranking with the thought behind it."""

    @property
    def thoughts(self) -> Sequence[str]:
        """B readable thoughts."""
        ...


@runtime_checkable
class Tool(Protocol):
    """A light model that ranks items.

    Contract, checked by `rr_planner.testing.check_tool`:
        * `rank` answers every query of the batch, in order; the answer to one query does not depend on the others.
        * No item stands twice in a row; scores do not increase; padding is at the end of a row with score -inf.
        * Where `queries.candidates` is given only those items are ranked.
        * A model with nothing to say about a query answers with padding alone; the planner then asks another.
        * An empty batch, an empty history, an unknown user and an unknown item in a history are answered, not raised.
        * The queries are not modified; calling twice gives the same answer.
    """

    @property
    def name(self) -> str:
        """A short name, unique among the tools of a planner."""
        ...

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query costs; NaN where unknown."""
        ...

    def rank(self, queries: QueryBatch, k: int) -> RankingLike:
        """Rank the k best items for each query."""
        ...


@runtime_checkable
class Reasoner(Protocol):
    """A model that deliberates: slower, better, and able to weigh the tools' answers.

    Contract, checked by `rr_planner.testing.check_reasoner`: that of `Tool`, and
        * with `evidence` None or empty it answers alone; a tool may be missing from `evidence`;
        * `thoughts` has one text a query; `confidence` is never None.
    """

    @property
    def name(self) -> str:
        """A short name."""
        ...

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query without evidence costs; NaN where unknown."""
        ...

    @property
    def flops_with_evidence(self) -> float:
        """Floating-point operations one query with evidence costs; NaN where unknown."""
        ...

    def deliberate(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None
    ) -> DeliberationLike:
        """Rank the k best items for each query, with the tools' answers as evidence where given."""
        ...


@runtime_checkable
class AsyncTool(Protocol):
    """A tool that can be awaited; it may be a `Tool` too. The contract is that of `Tool`."""

    @property
    def name(self) -> str:
        """A short name, unique among the tools of a planner."""
        ...

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query costs; NaN where unknown."""
        ...

    async def arank(self, queries: QueryBatch, k: int) -> RankingLike:
        """Rank the k best items for each query."""
        ...


@runtime_checkable
class AsyncReasoner(Protocol):
    """A reasoner that can be awaited; it may be a `Reasoner` too. The contract is that of `Reasoner`."""

    @property
    def name(self) -> str:
        """A short name."""
        ...

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query without evidence costs; NaN where unknown."""
        ...

    @property
    def flops_with_evidence(self) -> float:
        """Floating-point operations one query with evidence costs; NaN where unknown."""
        ...

    async def adeliberate(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None
    ) -> DeliberationLike:
        """Rank the k best items for each query, with the tools' answers as evidence where given."""
        ...
