"""Several tools as one: their majority vote or a learned fusion, with a confidence."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rr_planner.aggregation.learned_fusion import LearnedFusion
from rr_planner.aggregation.votes import majority_vote
from rr_planner.calibration.isotonic import Isotonic
from rr_planner.errors import InvalidPolicyError
from rr_planner.protocols import RankingLike, Tool
from rr_planner.types import FloatArray, QueryBatch, Ranking

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A `Tool` that asks other tools and answers with their majority vote, or with a learned fusion.

    The raw confidence of a vote is the mean of the members' confidences; `calibration` maps it to the share of right
    answers. A learned fusion brings its own. A member that raises is left out; only where all raise, the ensemble does.

    Args:
        name: differs from the members' names.
        members: at least one tool, with distinct names.
        calibration: fitted on raw confidences, see `Isotonic.fit`; None leaves them raw.
        depth: how many items of each member are counted, or k where more are asked for. Votes over short lists are few
            and often equal. A learned fusion has its own.
        fusion: from `fit_fusion`, over members with just these names; None lets them vote.

    Raises:
        InvalidPolicyError: no member, a name twice, a depth below 1, or a fusion of other tools or with a calibration.

    Example:
        >>> from rr_planner.adapters import FunctionTool
        >>> def light(queries, k):
        ...     return Ranking.from_scores(np.tile([1.0, 3.0, 2.0], (len(queries), 1)), k)
        >>> vote = Ensemble("vote", [FunctionTool("light", light)])
        >>> vote.rank(QueryBatch.of(users=[7], histories=[[]], evidence_horizon=[1.0]), k=2).items.tolist()
        [[1, 2]]
    """

    name: str
    members: Sequence[Tool]
    calibration: Isotonic | None = None
    depth: int = 20
    fusion: LearnedFusion | None = None

    def __post_init__(self) -> None:
        """Check names and depth."""
        names = [self.name, *(member.name for member in self.members)]
        if len(names) < 2 or len(set(names)) < len(names):
            raise InvalidPolicyError("members", f"{names[1:]} in {self.name!r}", "one tool or more, all names distinct")
        if self.depth < 1:
            raise InvalidPolicyError("depth", f"{self.depth}", "at least 1")
        if self.fusion is not None and set(self.fusion.columns.tools) != set(names[1:]):
            raise InvalidPolicyError("fusion", f"one of {self.fusion.columns.tools}", f"one of {tuple(names[1:])}")
        if self.fusion is not None and self.calibration is not None:
            raise InvalidPolicyError("calibration", "one beside a fusion", "None: a fusion has a confidence of its own")

    @property
    def flops_per_query(self) -> float:
        """What all members cost."""
        return float(sum(member.flops_per_query for member in self.members))

    def rank(self, queries: QueryBatch, k: int) -> Ranking:
        """Rank the k best items of each query by what the members say."""
        if self.fusion is not None:
            return self.fusion.fuse(self._ask(queries, self.fusion.reach), queries, k)
        rankings = list(self._ask(queries, max(k, self.depth)).values())
        vote, raw = majority_vote(rankings, k), _mean_confidence(rankings)
        if raw is None or self.calibration is None:
            return Ranking(vote.items, vote.scores, raw)
        return Ranking(vote.items, vote.scores, self.calibration(raw))

    def _ask(self, queries: QueryBatch, depth: int) -> dict[str, RankingLike]:
        rankings: dict[str, RankingLike] = {}
        failures = []
        for member in self.members:
            try:
                rankings[member.name] = member.rank(queries, depth)
            except Exception as error:  # whatever a model raises, the others can still answer
                _log.warning("%s is left out of %s", member.name, self.name, exc_info=error)
                failures.append(error)
        if not rankings:
            raise failures[0]
        return rankings


def _mean_confidence(rankings: Sequence[RankingLike]) -> FloatArray | None:
    known = [np.asarray(one.confidence, dtype=np.float64) for one in rankings if one.confidence is not None]
    return np.mean(known, axis=0) if known else None
