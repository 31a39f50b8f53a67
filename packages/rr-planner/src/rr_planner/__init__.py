"""Route every query to a light model, a reasoner or both, by evidence and calibrated confidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_planner.adapters import FunctionReasoner, FunctionTool
    from rr_planner.aggregation.agreement import agreement
    from rr_planner.aggregation.conflicts import Conflicts, conflicts
    from rr_planner.aggregation.fusion import reciprocal_rank_fusion
    from rr_planner.aggregation.votes import majority_vote
    from rr_planner.answers import Answers
    from rr_planner.errors import (
        CalibrationError,
        InvalidAnswerError,
        InvalidPolicyError,
        InvalidQueryError,
        LedgerError,
        NoAnswerError,
        PlannerError,
    )
    from rr_planner.explanation import explain
    from rr_planner.horizon import evidence_horizon
    from rr_planner.ledger import Ledger
    from rr_planner.planner import Planner
    from rr_planner.policies.bands import Bands, ByLevel
    from rr_planner.policies.fixed import AlwaysBoth, AlwaysReasoner, AlwaysTools, Oracle, Random
    from rr_planner.policies.policy import Policy, decide
    from rr_planner.policies.signals import Signals
    from rr_planner.protocols import DeliberationLike, RankingLike, Reasoner, Tool
    from rr_planner.selection import BestOverall, MostConfident, Selection
    from rr_planner.types import Answer, Attempt, Decision, Deliberation, QueryBatch, Ranking, Risk, Route

__version__ = "0.1.0"

# Module of each public name, imported when the name is first used.
_HOME = {
    "AlwaysBoth": "policies.fixed",
    "AlwaysReasoner": "policies.fixed",
    "AlwaysTools": "policies.fixed",
    "Answer": "types",
    "Answers": "answers",
    "Attempt": "types",
    "Bands": "policies.bands",
    "BestOverall": "selection",
    "ByLevel": "policies.bands",
    "CalibrationError": "errors",
    "Conflicts": "aggregation.conflicts",
    "Decision": "types",
    "Deliberation": "types",
    "DeliberationLike": "protocols",
    "FunctionReasoner": "adapters",
    "FunctionTool": "adapters",
    "InvalidAnswerError": "errors",
    "InvalidPolicyError": "errors",
    "InvalidQueryError": "errors",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "MostConfident": "selection",
    "NoAnswerError": "errors",
    "Oracle": "policies.fixed",
    "Planner": "planner",
    "PlannerError": "errors",
    "Policy": "policies.policy",
    "QueryBatch": "types",
    "Random": "policies.fixed",
    "Ranking": "types",
    "RankingLike": "protocols",
    "Reasoner": "protocols",
    "Risk": "types",
    "Route": "types",
    "Selection": "selection",
    "Signals": "policies.signals",
    "Tool": "protocols",
    "agreement": "aggregation.agreement",
    "conflicts": "aggregation.conflicts",
    "decide": "policies.policy",
    "evidence_horizon": "horizon",
    "explain": "explanation",
    "majority_vote": "aggregation.votes",
    "reciprocal_rank_fusion": "aggregation.fusion",
}

__all__ = [
    "AlwaysBoth",
    "AlwaysReasoner",
    "AlwaysTools",
    "Answer",
    "Answers",
    "Attempt",
    "Bands",
    "BestOverall",
    "ByLevel",
    "CalibrationError",
    "Conflicts",
    "Decision",
    "Deliberation",
    "DeliberationLike",
    "FunctionReasoner",
    "FunctionTool",
    "InvalidAnswerError",
    "InvalidPolicyError",
    "InvalidQueryError",
    "Ledger",
    "LedgerError",
    "MostConfident",
    "NoAnswerError",
    "Oracle",
    "Planner",
    "PlannerError",
    "Policy",
    "QueryBatch",
    "Random",
    "Ranking",
    "RankingLike",
    "Reasoner",
    "Risk",
    "Route",
    "Selection",
    "Signals",
    "Tool",
    "__version__",
    "agreement",
    "conflicts",
    "decide",
    "evidence_horizon",
    "explain",
    "majority_vote",
    "reciprocal_rank_fusion",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"rr_planner.{_HOME[name]}"), name)
    raise AttributeError(f"module 'rr_planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
