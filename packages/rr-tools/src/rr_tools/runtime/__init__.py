"""Serving trained tools with NumPy and ONNX Runtime; nothing here imports torch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_tools.runtime.confidence import ConfidenceModel as ConfidenceModel
    from rr_tools.runtime.confidence import fit_confidence as fit_confidence
    from rr_tools.runtime.explainer import Explainer as Explainer
    from rr_tools.runtime.explainer import load_explainer as load_explainer
    from rr_tools.runtime.queries import HistoryQueries as HistoryQueries
    from rr_tools.runtime.queries import Queries as Queries
    from rr_tools.runtime.ranking import Ranking as Ranking
    from rr_tools.runtime.tool import RuntimeTool as RuntimeTool
    from rr_tools.runtime.tool import load_tool as load_tool

_MODULES = {
    "ConfidenceModel": "confidence",
    "Explainer": "explainer",
    "HistoryQueries": "queries",
    "Queries": "queries",
    "Ranking": "ranking",
    "RuntimeTool": "tool",
    "fit_confidence": "confidence",
    "load_explainer": "explainer",
    "load_tool": "tool",
}

__all__ = [
    "ConfidenceModel",
    "Explainer",
    "HistoryQueries",
    "Queries",
    "Ranking",
    "RuntimeTool",
    "fit_confidence",
    "load_explainer",
    "load_tool",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"rr_tools.runtime.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'rr_tools.runtime' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
