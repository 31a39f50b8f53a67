"""Classical recommenders behind one registry: train, export, serve without torch."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_tools.calibration import calibrate_artifact as calibrate_artifact
    from rr_tools.errors import ArtifactError as ArtifactError
    from rr_tools.errors import ConfigError as ConfigError
    from rr_tools.errors import InvalidDataError as InvalidDataError
    from rr_tools.errors import MissingExtraError as MissingExtraError
    from rr_tools.errors import ParityError as ParityError
    from rr_tools.errors import ToolError as ToolError
    from rr_tools.errors import UnknownModelError as UnknownModelError
    from rr_tools.model import FittedModel as FittedModel
    from rr_tools.model import Model as Model
    from rr_tools.registry import available as available
    from rr_tools.registry import get_model as get_model
    from rr_tools.runtime.queries import HistoryQueries as HistoryQueries
    from rr_tools.runtime.ranking import Ranking as Ranking
    from rr_tools.runtime.tool import RuntimeTool as RuntimeTool
    from rr_tools.runtime.tool import load_tool as load_tool
    from rr_tools.training import train as train
    from rr_tools.training_data import TrainingData as TrainingData

_MODULES = {
    "ArtifactError": "errors",
    "ConfigError": "errors",
    "FittedModel": "model",
    "HistoryQueries": "runtime.queries",
    "InvalidDataError": "errors",
    "MissingExtraError": "errors",
    "Model": "model",
    "ParityError": "errors",
    "Ranking": "runtime.ranking",
    "RuntimeTool": "runtime.tool",
    "ToolError": "errors",
    "TrainingData": "training_data",
    "UnknownModelError": "errors",
    "available": "registry",
    "calibrate_artifact": "calibration",
    "get_model": "registry",
    "load_tool": "runtime.tool",
    "train": "training",
}

__all__ = [
    "ArtifactError",
    "ConfigError",
    "FittedModel",
    "HistoryQueries",
    "InvalidDataError",
    "MissingExtraError",
    "Model",
    "ParityError",
    "Ranking",
    "RuntimeTool",
    "ToolError",
    "TrainingData",
    "UnknownModelError",
    "__version__",
    "available",
    "calibrate_artifact",
    "get_model",
    "load_tool",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("rr-tools")
    if name in _MODULES:
        return getattr(import_module(f"rr_tools.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'rr_tools' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
