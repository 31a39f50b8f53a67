"""One self-contained HTML page with the results; `render_report` needs the extra `report`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_eval.report.cost_quality_chart import CostQualityChart, OperatingPoint
    from rr_eval.report.curve_chart import CurveChart, Phase, Series
    from rr_eval.report.decision import DecisionCase, DecisionGallery, ToolAnswer
    from rr_eval.report.document import Highlight, Provenance, Report, Section
    from rr_eval.report.from_predictions import report_from_predictions
    from rr_eval.report.picture import ItemCard
    from rr_eval.report.radar_chart import RadarChart
    from rr_eval.report.reliability_diagram import ReliabilityDiagram
    from rr_eval.report.render import render_report, report_html
    from rr_eval.report.results_table import ResultCell, ResultRow, ResultsTable
    from rr_eval.report.route_table import RouteTable
    from rr_eval.report.selective_chart import risk_coverage_chart

_HOMES = {
    "CostQualityChart": "rr_eval.report.cost_quality_chart",
    "OperatingPoint": "rr_eval.report.cost_quality_chart",
    "CurveChart": "rr_eval.report.curve_chart",
    "Phase": "rr_eval.report.curve_chart",
    "Series": "rr_eval.report.curve_chart",
    "DecisionCase": "rr_eval.report.decision",
    "DecisionGallery": "rr_eval.report.decision",
    "ToolAnswer": "rr_eval.report.decision",
    "Highlight": "rr_eval.report.document",
    "Provenance": "rr_eval.report.document",
    "Report": "rr_eval.report.document",
    "Section": "rr_eval.report.document",
    "report_from_predictions": "rr_eval.report.from_predictions",
    "ItemCard": "rr_eval.report.picture",
    "RadarChart": "rr_eval.report.radar_chart",
    "ReliabilityDiagram": "rr_eval.report.reliability_diagram",
    "render_report": "rr_eval.report.render",
    "report_html": "rr_eval.report.render",
    "ResultCell": "rr_eval.report.results_table",
    "ResultRow": "rr_eval.report.results_table",
    "ResultsTable": "rr_eval.report.results_table",
    "risk_coverage_chart": "rr_eval.report.selective_chart",
    "RouteTable": "rr_eval.report.route_table",
}

__all__ = [
    "CostQualityChart",
    "CurveChart",
    "DecisionCase",
    "DecisionGallery",
    "Highlight",
    "ItemCard",
    "OperatingPoint",
    "Phase",
    "Provenance",
    "RadarChart",
    "ReliabilityDiagram",
    "Report",
    "ResultCell",
    "ResultRow",
    "ResultsTable",
    "RouteTable",
    "Section",
    "Series",
    "ToolAnswer",
    "render_report",
    "report_from_predictions",
    "report_html",
    "risk_coverage_chart",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
