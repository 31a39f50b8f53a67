"""What is gained by answering only where one is sure, as a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rr_eval.calibration.risk_coverage import RiskCoverage, risk_coverage
from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import parse_metric
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.ranking.target_ranks import target_ranks
from rr_eval.report.curve_chart import CurveChart, Series

_POINTS = 150
_LEAST = 0.02  # of the queries: the risk of a handful of answers is noise


def risk_coverage_chart(
    predictions: Predictions,
    *,
    systems: Sequence[str],
    k: int,
    ties: Ties = "middle",
    title: str = "Risk and coverage",
    lead: str = "",
) -> CurveChart:
    """Draw the share of wrong answers among the most confident ones, from 2 % to all of them.

    Args:
        predictions: the table.
        systems: whose answers; those without a confidence are left out.
        k: an answer is right where its target is among the first k.
        ties: where in its tie group a target stands.
        title, lead: of the section.

    Raises:
        UnknownNameError: a system is unknown.
        InvalidPredictionsError: no row of any of the systems has a confidence.
    """
    drawn = []
    for system in systems:
        rows = predictions.of_system(system)
        confidence = rows.numbers("confidence")
        known = ~np.isnan(confidence)
        if known.any():
            right = parse_metric(f"HR@{k}").values(target_ranks(rows, ties=ties).ranks)[known]
            drawn.append(_series(system, risk_coverage(confidence[known], right)))
    if not drawn:
        received = f"only nulls for {', '.join(systems)}"
        raise InvalidPredictionsError("confidence", received, "a system that states its confidence")
    return CurveChart(
        title,
        drawn,
        y_label=f"share of wrong answers (target not in the first {k})",
        x_label="share of the queries answered, the most confident first",
        lead=lead,
    )


def _series(system: str, curve: RiskCoverage) -> Series:
    first = int(np.searchsorted(curve.coverage, _LEAST))
    shown = np.unique(np.linspace(first, len(curve.coverage) - 1, _POINTS).round().astype(np.int64))
    return Series(system, curve.coverage[shown].tolist(), curve.risk[shown].tolist())
