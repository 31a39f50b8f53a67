"""Plain functions as tools and reasoners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import DeliberationLike, RankingLike
from rr_planner.types import Deliberation, QueryBatch

_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A function `rank(queries, k)` as a `Tool`.

    Args:
        name: unique among the tools of a planner.
        function: returns a ranking; must keep the contract of `rr_planner.protocols.Tool`.
        flops_per_query: NaN where unknown.
    """

    name: str
    function: Callable[[QueryBatch, int], RankingLike]
    flops_per_query: float = _UNKNOWN

    def rank(self, queries: QueryBatch, k: int) -> RankingLike:
        """Call the function."""
        return self.function(queries, k)


@dataclass(frozen=True, slots=True)
class FunctionReasoner:
    """A function `deliberate(queries, k, evidence)` as a `Reasoner`; it may return a ranking without thoughts.

    Args:
        name: differs from the tools' names.
        function: gets None or the tools' answers by name as evidence; must give confidences.
        flops_per_query: of a query without evidence; NaN where unknown.
        flops_with_evidence: of a query with evidence; NaN where unknown.
    """

    name: str
    function: Callable[[QueryBatch, int, Mapping[str, RankingLike] | None], RankingLike]
    flops_per_query: float = _UNKNOWN
    flops_with_evidence: float = _UNKNOWN

    def deliberate(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None
    ) -> DeliberationLike:
        """Call the function; a ranking without thoughts gets empty ones.

        Raises:
            InvalidAnswerError: the answer has no confidence.
        """
        answer = self.function(queries, k, evidence)
        if answer.confidence is None:
            raise InvalidAnswerError("confidence", "None", "a number in [0, 1] for each query; the policy needs it")
        if isinstance(answer, DeliberationLike):
            return answer
        return Deliberation(answer.items, answer.scores, answer.confidence, ("",) * len(answer.items))
