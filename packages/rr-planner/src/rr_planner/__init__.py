"""Route every query to a light model, a reasoner or both, by evidence and calibrated confidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_planner.adapters import FunctionReasoner, FunctionTool
    from rr_planner.aggregation.agreement import agreement
    from rr_planner.aggregation.conflicts import Conflicts, conflicts
    from rr_planner.aggregation.ensemble import Ensemble
    from rr_planner.aggregation.fusion import reciprocal_rank_fusion
    from rr_planner.aggregation.learned_fusion import LearnedFusion
    from rr_planner.aggregation.votes import majority_vote
    from rr_planner.answers import Answers
    from rr_planner.calibration.boosting import Boosting
    from rr_planner.calibration.calibrate import BandsCalibration, calibrate_bands
    from rr_planner.calibration.fit_fusion import FusionFit, fit_fusion
    from rr_planner.calibration.grid import Costs
    from rr_planner.calibration.isotonic import Isotonic
    from rr_planner.calibration.temperature import Temperature
    from rr_planner.errors import (
        CalibrationError,
        InvalidAnswerError,
        InvalidPolicyError,
        InvalidQueryError,
        LedgerError,
        NoAnswerError,
        OverloadedError,
        PlannerError,
    )
    from rr_planner.explanation import explain
    from rr_planner.horizon import evidence_horizon
    from rr_planner.ledger import Ledger
    from rr_planner.observer import Observer
    from rr_planner.planner import Planner
    from rr_planner.policies.bands import Bands, ByLevel
    from rr_planner.policies.file import load_policy, save_policy
    from rr_planner.policies.fixed import AlwaysBoth, AlwaysReasoner, AlwaysTools, Oracle, Random
    from rr_planner.policies.policy import Policy, decide
    from rr_planner.policies.signals import Signals
    from rr_planner.protocols import AsyncReasoner, AsyncTool, DeliberationLike, RankingLike, Reasoner, Tool
    from rr_planner.resilience.breaker import BreakerState
    from rr_planner.resilience.deadline import Deadline
    from rr_planner.resilience.settings import Resilience
    from rr_planner.selection import BestOverall, MostConfident, Selection
    from rr_planner.trees import Trees
    from rr_planner.types import Answer, Attempt, Decision, Deliberation, Outcome, QueryBatch, Ranking, Risk, Route

__version__ = "0.1.0"

# Module of each public name, imported when the name is first used.
_HOME = {
    "AlwaysBoth": "policies.fixed",
    "AlwaysReasoner": "policies.fixed",
    "AlwaysTools": "policies.fixed",
    "Answer": "types",
    "Answers": "answers",
    "AsyncReasoner": "protocols",
    "AsyncTool": "protocols",
    "Attempt": "types",
    "Bands": "policies.bands",
    "BandsCalibration": "calibration.calibrate",
    "BestOverall": "selection",
    "Boosting": "calibration.boosting",
    "BreakerState": "resilience.breaker",
    "ByLevel": "policies.bands",
    "CalibrationError": "errors",
    "Conflicts": "aggregation.conflicts",
    "Costs": "calibration.grid",
    "Deadline": "resilience.deadline",
    "Decision": "types",
    "Deliberation": "types",
    "DeliberationLike": "protocols",
    "Ensemble": "aggregation.ensemble",
    "FunctionReasoner": "adapters",
    "FunctionTool": "adapters",
    "FusionFit": "calibration.fit_fusion",
    "InvalidAnswerError": "errors",
    "InvalidPolicyError": "errors",
    "InvalidQueryError": "errors",
    "Isotonic": "calibration.isotonic",
    "LearnedFusion": "aggregation.learned_fusion",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "MostConfident": "selection",
    "NoAnswerError": "errors",
    "Observer": "observer",
    "Oracle": "policies.fixed",
    "Outcome": "types",
    "OverloadedError": "errors",
    "Planner": "planner",
    "PlannerError": "errors",
    "Policy": "policies.policy",
    "QueryBatch": "types",
    "Random": "policies.fixed",
    "Ranking": "types",
    "RankingLike": "protocols",
    "Reasoner": "protocols",
    "Resilience": "resilience.settings",
    "Risk": "types",
    "Route": "types",
    "Selection": "selection",
    "Signals": "policies.signals",
    "Temperature": "calibration.temperature",
    "Tool": "protocols",
    "Trees": "trees",
    "agreement": "aggregation.agreement",
    "calibrate_bands": "calibration.calibrate",
    "conflicts": "aggregation.conflicts",
    "decide": "policies.policy",
    "evidence_horizon": "horizon",
    "explain": "explanation",
    "fit_fusion": "calibration.fit_fusion",
    "load_policy": "policies.file",
    "majority_vote": "aggregation.votes",
    "reciprocal_rank_fusion": "aggregation.fusion",
    "save_policy": "policies.file",
}

__all__ = [
    "AlwaysBoth",
    "AlwaysReasoner",
    "AlwaysTools",
    "Answer",
    "Answers",
    "AsyncReasoner",
    "AsyncTool",
    "Attempt",
    "Bands",
    "BandsCalibration",
    "BestOverall",
    "Boosting",
    "BreakerState",
    "ByLevel",
    "CalibrationError",
    "Conflicts",
    "Costs",
    "Deadline",
    "Decision",
    "Deliberation",
    "DeliberationLike",
    "Ensemble",
    "FunctionReasoner",
    "FunctionTool",
    "FusionFit",
    "InvalidAnswerError",
    "InvalidPolicyError",
    "InvalidQueryError",
    "Isotonic",
    "LearnedFusion",
    "Ledger",
    "LedgerError",
    "MostConfident",
    "NoAnswerError",
    "Observer",
    "Oracle",
    "Outcome",
    "OverloadedError",
    "Planner",
    "PlannerError",
    "Policy",
    "QueryBatch",
    "Random",
    "Ranking",
    "RankingLike",
    "Reasoner",
    "Resilience",
    "Risk",
    "Route",
    "Selection",
    "Signals",
    "Temperature",
    "Tool",
    "Trees",
    "__version__",
    "agreement",
    "calibrate_bands",
    "conflicts",
    "decide",
    "evidence_horizon",
    "explain",
    "fit_fusion",
    "load_policy",
    "majority_vote",
    "reciprocal_rank_fusion",
    "save_policy",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"rr_planner.{_HOME[name]}"), name)
    raise AttributeError(f"module 'rr_planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
