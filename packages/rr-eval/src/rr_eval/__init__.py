"""Trustworthy recommendation metrics, comparisons and reports from anybody's predictions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_eval.calibration.brier_decomposition import BrierDecomposition, brier_decomposition
    from rr_eval.calibration.ece import ece
    from rr_eval.calibration.reliability import Reliability, reliability
    from rr_eval.calibration.risk_coverage import RiskCoverage, aurc, excess_aurc, risk_coverage
    from rr_eval.catalogue import CatalogueUse, catalogue_use
    from rr_eval.comparison import Comparison, Difference, compare
    from rr_eval.ctr.auc import auc
    from rr_eval.ctr.brier import brier
    from rr_eval.ctr.clicks import Clicks
    from rr_eval.ctr.gauc import gauc
    from rr_eval.ctr.log_loss import log_loss
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
    from rr_eval.evaluation import Evaluation, Score, evaluate, evaluate_by
    from rr_eval.groups import split_by
    from rr_eval.holm_correction import holm
    from rr_eval.metrics import Metric, parse_metric
    from rr_eval.predictions import Predictions
    from rr_eval.predictions_file import PredictionsFile
    from rr_eval.ranking.average_precision import average_precision
    from rr_eval.ranking.coverage import coverage
    from rr_eval.ranking.exposure import exposure
    from rr_eval.ranking.from_scores import RelevantRanks, ranks_of_relevant, ranks_of_targets
    from rr_eval.ranking.gini import gini
    from rr_eval.ranking.hit_rate import hit_rate
    from rr_eval.ranking.mrr import mrr
    from rr_eval.ranking.ndcg import ndcg
    from rr_eval.ranking.novelty import novelty
    from rr_eval.ranking.popularity_bias import average_popularity, popularity_bias
    from rr_eval.ranking.precision import precision
    from rr_eval.ranking.rank import rank
    from rr_eval.ranking.recall import recall
    from rr_eval.ranking.target_ranks import TargetRanks, target_ranks
    from rr_eval.ranking.user_auc import user_auc
    from rr_eval.routing.apgr import apgr, call_performance_threshold, performance_gap_recovered
    from rr_eval.routing.cost import Cost, mean_cost
    from rr_eval.routing.cost_quality import CostQualityCurve, cost_quality_curve
    from rr_eval.routing.gap_closed import gap_closed
    from rr_eval.routing.regret import regret
    from rr_eval.routing.risk_mix import RouteShare, risk_mix
    from rr_eval.routing.tool_use_rate import tool_use_rate
    from rr_eval.seeds import SeedSpread, across_seeds, runs_of_methods
    from rr_eval.side_table import SideTable, popularity_levels
    from rr_eval.significance import Interval, PairedDifference, bootstrap_interval, paired_difference
    from rr_eval.sources.open_predictions import Opened, open_predictions
    from rr_eval.statistics import Statistics
    from rr_eval.tables import latex_table, markdown_table
    from rr_eval.text.bert_score import bert_score
    from rr_eval.text.bleu import bleu
    from rr_eval.text.distinct import distinct, unique_sentence_ratio
    from rr_eval.text.explanations import Explanations
    from rr_eval.text.features import feature_coverage, feature_diversity, feature_matching
    from rr_eval.text.rouge import rouge
    from rr_eval.torch_metric import TorchMetric

__version__ = "0.1.0"
_HOMES = {
    "BrierDecomposition": "rr_eval.calibration.brier_decomposition",
    "brier_decomposition": "rr_eval.calibration.brier_decomposition",
    "ece": "rr_eval.calibration.ece",
    "Reliability": "rr_eval.calibration.reliability",
    "reliability": "rr_eval.calibration.reliability",
    "RiskCoverage": "rr_eval.calibration.risk_coverage",
    "aurc": "rr_eval.calibration.risk_coverage",
    "excess_aurc": "rr_eval.calibration.risk_coverage",
    "risk_coverage": "rr_eval.calibration.risk_coverage",
    "CatalogueUse": "rr_eval.catalogue",
    "catalogue_use": "rr_eval.catalogue",
    "Comparison": "rr_eval.comparison",
    "Difference": "rr_eval.comparison",
    "compare": "rr_eval.comparison",
    "auc": "rr_eval.ctr.auc",
    "brier": "rr_eval.ctr.brier",
    "Clicks": "rr_eval.ctr.clicks",
    "gauc": "rr_eval.ctr.gauc",
    "log_loss": "rr_eval.ctr.log_loss",
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
    "evaluate_by": "rr_eval.evaluation",
    "split_by": "rr_eval.groups",
    "holm": "rr_eval.holm_correction",
    "Metric": "rr_eval.metrics",
    "parse_metric": "rr_eval.metrics",
    "Predictions": "rr_eval.predictions",
    "PredictionsFile": "rr_eval.predictions_file",
    "average_precision": "rr_eval.ranking.average_precision",
    "coverage": "rr_eval.ranking.coverage",
    "exposure": "rr_eval.ranking.exposure",
    "RelevantRanks": "rr_eval.ranking.from_scores",
    "ranks_of_relevant": "rr_eval.ranking.from_scores",
    "ranks_of_targets": "rr_eval.ranking.from_scores",
    "gini": "rr_eval.ranking.gini",
    "hit_rate": "rr_eval.ranking.hit_rate",
    "mrr": "rr_eval.ranking.mrr",
    "ndcg": "rr_eval.ranking.ndcg",
    "novelty": "rr_eval.ranking.novelty",
    "average_popularity": "rr_eval.ranking.popularity_bias",
    "popularity_bias": "rr_eval.ranking.popularity_bias",
    "precision": "rr_eval.ranking.precision",
    "rank": "rr_eval.ranking.rank",
    "recall": "rr_eval.ranking.recall",
    "TargetRanks": "rr_eval.ranking.target_ranks",
    "target_ranks": "rr_eval.ranking.target_ranks",
    "user_auc": "rr_eval.ranking.user_auc",
    "apgr": "rr_eval.routing.apgr",
    "call_performance_threshold": "rr_eval.routing.apgr",
    "performance_gap_recovered": "rr_eval.routing.apgr",
    "Cost": "rr_eval.routing.cost",
    "mean_cost": "rr_eval.routing.cost",
    "CostQualityCurve": "rr_eval.routing.cost_quality",
    "cost_quality_curve": "rr_eval.routing.cost_quality",
    "gap_closed": "rr_eval.routing.gap_closed",
    "regret": "rr_eval.routing.regret",
    "RouteShare": "rr_eval.routing.risk_mix",
    "risk_mix": "rr_eval.routing.risk_mix",
    "tool_use_rate": "rr_eval.routing.tool_use_rate",
    "SeedSpread": "rr_eval.seeds",
    "across_seeds": "rr_eval.seeds",
    "runs_of_methods": "rr_eval.seeds",
    "SideTable": "rr_eval.side_table",
    "popularity_levels": "rr_eval.side_table",
    "Interval": "rr_eval.significance",
    "PairedDifference": "rr_eval.significance",
    "bootstrap_interval": "rr_eval.significance",
    "paired_difference": "rr_eval.significance",
    "Opened": "rr_eval.sources.open_predictions",
    "open_predictions": "rr_eval.sources.open_predictions",
    "Statistics": "rr_eval.statistics",
    "latex_table": "rr_eval.tables",
    "markdown_table": "rr_eval.tables",
    "bert_score": "rr_eval.text.bert_score",
    "bleu": "rr_eval.text.bleu",
    "distinct": "rr_eval.text.distinct",
    "unique_sentence_ratio": "rr_eval.text.distinct",
    "Explanations": "rr_eval.text.explanations",
    "feature_coverage": "rr_eval.text.features",
    "feature_diversity": "rr_eval.text.features",
    "feature_matching": "rr_eval.text.features",
    "rouge": "rr_eval.text.rouge",
    "TorchMetric": "rr_eval.torch_metric",
}

__all__ = [
    "BrierDecomposition",
    "CatalogueUse",
    "Clicks",
    "Comparison",
    "Cost",
    "CostQualityCurve",
    "Difference",
    "EvalError",
    "Evaluation",
    "Explanations",
    "InconsistentRankError",
    "Interval",
    "InvalidArgumentError",
    "InvalidPredictionsError",
    "Metric",
    "MissingExtraError",
    "Opened",
    "PairedDifference",
    "Predictions",
    "PredictionsFile",
    "PredictionsFileError",
    "RelevantRanks",
    "Reliability",
    "RiskCoverage",
    "RouteShare",
    "SchemaVersionError",
    "Score",
    "SeedSpread",
    "SideTable",
    "Statistics",
    "TargetRanks",
    "TorchMetric",
    "UnknownNameError",
    "__version__",
    "across_seeds",
    "apgr",
    "auc",
    "aurc",
    "average_popularity",
    "average_precision",
    "bert_score",
    "bleu",
    "bootstrap_interval",
    "brier",
    "brier_decomposition",
    "call_performance_threshold",
    "catalogue_use",
    "compare",
    "cost_quality_curve",
    "coverage",
    "distinct",
    "ece",
    "evaluate",
    "evaluate_by",
    "excess_aurc",
    "exposure",
    "feature_coverage",
    "feature_diversity",
    "feature_matching",
    "gap_closed",
    "gauc",
    "gini",
    "hit_rate",
    "holm",
    "latex_table",
    "log_loss",
    "markdown_table",
    "mean_cost",
    "mrr",
    "ndcg",
    "novelty",
    "open_predictions",
    "paired_difference",
    "parse_metric",
    "performance_gap_recovered",
    "popularity_bias",
    "popularity_levels",
    "precision",
    "rank",
    "ranks_of_relevant",
    "ranks_of_targets",
    "recall",
    "regret",
    "reliability",
    "risk_coverage",
    "risk_mix",
    "rouge",
    "runs_of_methods",
    "split_by",
    "target_ranks",
    "tool_use_rate",
    "unique_sentence_ratio",
    "user_auc",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
