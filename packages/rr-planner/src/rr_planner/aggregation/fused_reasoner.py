"""A reasoner whose own answer is fused with a light tool's: close to asking it with evidence, at a part of the cost."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from rr_planner.aggregation.learned_fusion import LearnedFusion
from rr_planner.errors import InvalidPolicyError
from rr_planner.protocols import DeliberationLike, RankingLike, Reasoner, Tool
from rr_planner.types import Deliberation, QueryBatch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FusedReasoner:
    """A `Reasoner` that answers with the learned fusion of its own list and a light tool's where it gets no evidence.

    Reading a tool's answers makes a reasoner's prompt several times as long; fusing both lists afterwards costs next to
    nothing. With evidence it answers as the reasoner does. A tool that raises is left out.

    Args:
        reasoner: the model that deliberates; its name is kept.
        tool: a light tool, such as an `Ensemble`.
        fusion: from `fit_fusion` over what these two answered, under their names, with a confidence.

    Raises:
        InvalidPolicyError: the fusion is one of others, or has no confidence.
    """

    reasoner: Reasoner
    tool: Tool
    fusion: LearnedFusion

    def __post_init__(self) -> None:
        """Check that the fusion is one of the two."""
        names = {self.reasoner.name, self.tool.name}
        if len(names) < 2 or set(self.fusion.columns.tools) != names:
            raise InvalidPolicyError("fusion", f"one of {self.fusion.columns.tools}", f"one of {sorted(names)}")
        if self.fusion.confidence is None:
            raise InvalidPolicyError("fusion.confidence", "None", "a calibrated one: a reasoner says how sure it is")

    @property
    def name(self) -> str:
        """The reasoner's."""
        return self.reasoner.name

    @property
    def flops_per_query(self) -> float:
        """What the reasoner without evidence and the tool cost."""
        return self.reasoner.flops_per_query + self.tool.flops_per_query

    @property
    def flops_with_evidence(self) -> float:
        """What the reasoner with evidence costs."""
        return self.reasoner.flops_with_evidence

    def deliberate(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None
    ) -> DeliberationLike:
        """Rank the k best items of each query; the thoughts are the reasoner's."""
        if evidence:
            return self.reasoner.deliberate(queries, k, evidence)
        own = self.reasoner.deliberate(queries, self.fusion.reach)
        said: dict[str, RankingLike] = {self.reasoner.name: own}
        try:
            said[self.tool.name] = self.tool.rank(queries, self.fusion.reach)
        except Exception as error:  # whatever it raises, the reasoner has answered
            _log.warning("%s is left out of what %s answers", self.tool.name, self.name, exc_info=error)
        fused = self.fusion.fuse(said, queries, k)
        return Deliberation(fused.items, fused.scores, fused.confidence, tuple(own.thoughts))
