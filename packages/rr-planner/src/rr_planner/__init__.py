"""Route every query to a light model, a reasoner or both, by evidence and calibrated confidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_planner.adapters import FunctionReasoner, FunctionTool
    from rr_planner.aggregation.agreement import agreement
    from rr_planner.aggregation.conflicts import Conflicts, conflicts, settle
    from rr_planner.aggregation.ensemble import Ensemble
    from rr_planner.aggregation.fused_reasoner import FusedReasoner
    from rr_planner.aggregation.fusion import reciprocal_rank_fusion
    from rr_planner.aggregation.learned_fusion import LearnedFusion
    from rr_planner.aggregation.votes import majority_vote
    from rr_planner.answers import Answers
    from rr_planner.calibration.boosting import Boosting
    from rr_planner.calibration.bootstrap import Interval
    from rr_planner.calibration.calibrate import BandsCalibration, calibrate_bands
    from rr_planner.calibration.calibrate_benefits import BenefitCalibration, Target, calibrate_benefits
    from rr_planner.calibration.conformal import control_risk
    from rr_planner.calibration.drift import Alarm, Ranges
    from rr_planner.calibration.evaluation import PolicyFigures, evaluate
    from rr_planner.calibration.fit_benefits import fit_benefits
    from rr_planner.calibration.fit_fusion import FusionFit, fit_fusion
    from rr_planner.calibration.fit_selection import SelectionFit, fit_selection
    from rr_planner.calibration.isotonic import Isotonic
    from rr_planner.calibration.outcome_table import OutcomeTable
    from rr_planner.calibration.table import read_outcomes
    from rr_planner.calibration.temperature import Temperature
    from rr_planner.costs import Costs
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
    from rr_planner.most_useful import MostUseful
    from rr_planner.observer import Observer
    from rr_planner.planner import Planner
    from rr_planner.policies.bands import Bands, ByLevel
    from rr_planner.policies.expected_benefit import ExpectedBenefit, Prices
    from rr_planner.policies.file import load_policy, save_policy
    from rr_planner.policies.fixed import AlwaysBoth, AlwaysReasoner, AlwaysTools, Oracle, Random
    from rr_planner.policies.policy import Policy, decide
    from rr_planner.policies.signals import Signals
    from rr_planner.protocols import AsyncReasoner, AsyncTool, DeliberationLike, RankingLike, Reasoner, Tool
    from rr_planner.replaying import replay
    from rr_planner.resilience.breaker import BreakerState
    from rr_planner.resilience.deadline import Deadline
    from rr_planner.resilience.settings import Resilience
    from rr_planner.selection import BestInHindsight, BestOverall, MostConfident, RandomTool, Selection
    from rr_planner.trees import Trees
    from rr_planner.types import Answer, Attempt, Decision, Deliberation, Outcome, QueryBatch, Ranking, Risk, Route

__version__ = "0.1.0"

# Module of each public name, imported when the name is first used.
_HOME = {
    "Alarm": "calibration.drift",
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
    "BenefitCalibration": "calibration.calibrate_benefits",
    "BestInHindsight": "selection",
    "BestOverall": "selection",
    "Boosting": "calibration.boosting",
    "BreakerState": "resilience.breaker",
    "ByLevel": "policies.bands",
    "CalibrationError": "errors",
    "Conflicts": "aggregation.conflicts",
    "Costs": "costs",
    "Deadline": "resilience.deadline",
    "Decision": "types",
    "Deliberation": "types",
    "DeliberationLike": "protocols",
    "Ensemble": "aggregation.ensemble",
    "ExpectedBenefit": "policies.expected_benefit",
    "FunctionReasoner": "adapters",
    "FunctionTool": "adapters",
    "FusedReasoner": "aggregation.fused_reasoner",
    "FusionFit": "calibration.fit_fusion",
    "Interval": "calibration.bootstrap",
    "InvalidAnswerError": "errors",
    "InvalidPolicyError": "errors",
    "InvalidQueryError": "errors",
    "Isotonic": "calibration.isotonic",
    "LearnedFusion": "aggregation.learned_fusion",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "MostConfident": "selection",
    "MostUseful": "most_useful",
    "NoAnswerError": "errors",
    "Observer": "observer",
    "Oracle": "policies.fixed",
    "Outcome": "types",
    "OutcomeTable": "calibration.outcome_table",
    "OverloadedError": "errors",
    "Planner": "planner",
    "PlannerError": "errors",
    "Policy": "policies.policy",
    "PolicyFigures": "calibration.evaluation",
    "Prices": "policies.expected_benefit",
    "QueryBatch": "types",
    "Random": "policies.fixed",
    "RandomTool": "selection",
    "Ranges": "calibration.drift",
    "Ranking": "types",
    "RankingLike": "protocols",
    "Reasoner": "protocols",
    "Resilience": "resilience.settings",
    "Risk": "types",
    "Route": "types",
    "Selection": "selection",
    "SelectionFit": "calibration.fit_selection",
    "Signals": "policies.signals",
    "Target": "calibration.calibrate_benefits",
    "Temperature": "calibration.temperature",
    "Tool": "protocols",
    "Trees": "trees",
    "agreement": "aggregation.agreement",
    "calibrate_bands": "calibration.calibrate",
    "calibrate_benefits": "calibration.calibrate_benefits",
    "conflicts": "aggregation.conflicts",
    "control_risk": "calibration.conformal",
    "decide": "policies.policy",
    "evaluate": "calibration.evaluation",
    "evidence_horizon": "horizon",
    "explain": "explanation",
    "fit_benefits": "calibration.fit_benefits",
    "fit_fusion": "calibration.fit_fusion",
    "fit_selection": "calibration.fit_selection",
    "load_policy": "policies.file",
    "majority_vote": "aggregation.votes",
    "read_outcomes": "calibration.table",
    "reciprocal_rank_fusion": "aggregation.fusion",
    "replay": "replaying",
    "save_policy": "policies.file",
    "settle": "aggregation.conflicts",
}

__all__ = [
    "Alarm",
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
    "BenefitCalibration",
    "BestInHindsight",
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
    "ExpectedBenefit",
    "FunctionReasoner",
    "FunctionTool",
    "FusedReasoner",
    "FusionFit",
    "Interval",
    "InvalidAnswerError",
    "InvalidPolicyError",
    "InvalidQueryError",
    "Isotonic",
    "LearnedFusion",
    "Ledger",
    "LedgerError",
    "MostConfident",
    "MostUseful",
    "NoAnswerError",
    "Observer",
    "Oracle",
    "Outcome",
    "OutcomeTable",
    "OverloadedError",
    "Planner",
    "PlannerError",
    "Policy",
    "PolicyFigures",
    "Prices",
    "QueryBatch",
    "Random",
    "RandomTool",
    "Ranges",
    "Ranking",
    "RankingLike",
    "Reasoner",
    "Resilience",
    "Risk",
    "Route",
    "Selection",
    "SelectionFit",
    "Signals",
    "Target",
    "Temperature",
    "Tool",
    "Trees",
    "__version__",
    "agreement",
    "calibrate_bands",
    "calibrate_benefits",
    "conflicts",
    "control_risk",
    "decide",
    "evaluate",
    "evidence_horizon",
    "explain",
    "fit_benefits",
    "fit_fusion",
    "fit_selection",
    "load_policy",
    "majority_vote",
    "read_outcomes",
    "reciprocal_rank_fusion",
    "replay",
    "save_policy",
    "settle",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"rr_planner.{_HOME[name]}"), name)
    raise AttributeError(f"module 'rr_planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
