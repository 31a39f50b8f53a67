"""Trustworthy recommendation metrics, comparisons and reports from anybody's predictions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_eval.calibration.ece import ece
    from rr_eval.calibration.reliability import Reliability, reliability
    from rr_eval.comparison import Comparison, Difference, compare
    from rr_eval.errors import (
        EvalError,
        InconsistentRankError,
        InvalidArgumentError,
        InvalidPredictionsError,
        MissingExtraError,
        PredictionsFileError,
        SchemaVersionError,
        UnknownNameError,
    )
    from rr_eval.evaluation import Evaluation, Score, evaluate
    from rr_eval.groups import evaluate_by, split_by
    from rr_eval.metrics import Metric, parse_metric
    from rr_eval.predictions import Predictions
    from rr_eval.ranking.hit_rate import hit_rate
    from rr_eval.ranking.mrr import mrr
    from rr_eval.ranking.ndcg import ndcg
    from rr_eval.ranking.rank import TargetRanks, target_ranks
    from rr_eval.routing.cost import Cost, mean_cost
    from rr_eval.routing.gap_closed import gap_closed
    from rr_eval.routing.risk_mix import RouteShare, risk_mix
    from rr_eval.routing.tool_use_rate import tool_use_rate
    from rr_eval.significance import Interval, PairedDifference, bootstrap_interval, paired_difference

__version__ = "0.1.0"
_HOMES = {
    "ece": "rr_eval.calibration.ece",
    "Reliability": "rr_eval.calibration.reliability",
    "reliability": "rr_eval.calibration.reliability",
    "Comparison": "rr_eval.comparison",
    "Difference": "rr_eval.comparison",
    "compare": "rr_eval.comparison",
    "EvalError": "rr_eval.errors",
    "InconsistentRankError": "rr_eval.errors",
    "InvalidArgumentError": "rr_eval.errors",
    "InvalidPredictionsError": "rr_eval.errors",
    "MissingExtraError": "rr_eval.errors",
    "PredictionsFileError": "rr_eval.errors",
    "SchemaVersionError": "rr_eval.errors",
    "UnknownNameError": "rr_eval.errors",
    "Evaluation": "rr_eval.evaluation",
    "Score": "rr_eval.evaluation",
    "evaluate": "rr_eval.evaluation",
    "evaluate_by": "rr_eval.groups",
    "split_by": "rr_eval.groups",
    "Metric": "rr_eval.metrics",
    "parse_metric": "rr_eval.metrics",
    "Predictions": "rr_eval.predictions",
    "hit_rate": "rr_eval.ranking.hit_rate",
    "mrr": "rr_eval.ranking.mrr",
    "ndcg": "rr_eval.ranking.ndcg",
    "TargetRanks": "rr_eval.ranking.rank",
    "target_ranks": "rr_eval.ranking.rank",
    "Cost": "rr_eval.routing.cost",
    "mean_cost": "rr_eval.routing.cost",
    "gap_closed": "rr_eval.routing.gap_closed",
    "RouteShare": "rr_eval.routing.risk_mix",
    "risk_mix": "rr_eval.routing.risk_mix",
    "tool_use_rate": "rr_eval.routing.tool_use_rate",
    "Interval": "rr_eval.significance",
    "PairedDifference": "rr_eval.significance",
    "bootstrap_interval": "rr_eval.significance",
    "paired_difference": "rr_eval.significance",
}

__all__ = [
    "Comparison",
    "Cost",
    "Difference",
    "EvalError",
    "Evaluation",
    "InconsistentRankError",
    "Interval",
    "InvalidArgumentError",
    "InvalidPredictionsError",
    "Metric",
    "MissingExtraError",
    "PairedDifference",
    "Predictions",
    "PredictionsFileError",
    "Reliability",
    "RouteShare",
    "SchemaVersionError",
    "Score",
    "TargetRanks",
    "UnknownNameError",
    "__version__",
    "bootstrap_interval",
    "compare",
    "ece",
    "evaluate",
    "evaluate_by",
    "gap_closed",
    "hit_rate",
    "mean_cost",
    "mrr",
    "ndcg",
    "paired_difference",
    "parse_metric",
    "reliability",
    "risk_mix",
    "split_by",
    "target_ranks",
    "tool_use_rate",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
