"""Classical recommenders behind one registry: train, export, serve without torch."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_tools.calibration import calibrate_artifact as calibrate_artifact
    from rr_tools.ctr.click_table import ClickTable as ClickTable
    from rr_tools.ctr.data import CtrData as CtrData
    from rr_tools.ensembles import MajorityVote as MajorityVote
    from rr_tools.ensembles import RankAverage as RankAverage
    from rr_tools.errors import ArtifactError as ArtifactError
    from rr_tools.errors import CheckpointError as CheckpointError
    from rr_tools.errors import ConfigError as ConfigError
    from rr_tools.errors import InvalidDataError as InvalidDataError
    from rr_tools.errors import MissingExtraError as MissingExtraError
    from rr_tools.errors import ParityError as ParityError
    from rr_tools.errors import ToolError as ToolError
    from rr_tools.errors import UnknownModelError as UnknownModelError
    from rr_tools.explanation.explanation_data import ExplanationData as ExplanationData
    from rr_tools.export.copying import export_artifact as export_artifact
    from rr_tools.item_attributes import ItemAttributes as ItemAttributes
    from rr_tools.model import FittedModel as FittedModel
    from rr_tools.model import Model as Model
    from rr_tools.model import TrainingRun as TrainingRun
    from rr_tools.registry import available as available
    from rr_tools.registry import get_model as get_model
    from rr_tools.runtime.explainer import Explainer as Explainer
    from rr_tools.runtime.explainer import load_explainer as load_explainer
    from rr_tools.runtime.queries import HistoryQueries as HistoryQueries
    from rr_tools.runtime.ranking import Ranking as Ranking
    from rr_tools.runtime.tool import RuntimeTool as RuntimeTool
    from rr_tools.runtime.tool import load_tool as load_tool
    from rr_tools.training import train as train
    from rr_tools.training_data import TrainingData as TrainingData
    from rr_tools.tuning import TuningResult as TuningResult
    from rr_tools.tuning import tune as tune

_MODULES = {
    "ArtifactError": "errors",
    "CheckpointError": "errors",
    "ClickTable": "ctr.click_table",
    "ConfigError": "errors",
    "CtrData": "ctr.data",
    "Explainer": "runtime.explainer",
    "ExplanationData": "explanation.explanation_data",
    "FittedModel": "model",
    "HistoryQueries": "runtime.queries",
    "InvalidDataError": "errors",
    "ItemAttributes": "item_attributes",
    "MajorityVote": "ensembles",
    "MissingExtraError": "errors",
    "Model": "model",
    "ParityError": "errors",
    "RankAverage": "ensembles",
    "Ranking": "runtime.ranking",
    "RuntimeTool": "runtime.tool",
    "ToolError": "errors",
    "TrainingData": "training_data",
    "TuningResult": "tuning",
    "UnknownModelError": "errors",
    "available": "registry",
    "calibrate_artifact": "calibration",
    "export_artifact": "export.copying",
    "get_model": "registry",
    "load_explainer": "runtime.explainer",
    "load_tool": "runtime.tool",
    "TrainingRun": "model",
    "train": "training",
    "tune": "tuning",
}

__all__ = [
    "ArtifactError",
    "CheckpointError",
    "ClickTable",
    "ConfigError",
    "CtrData",
    "Explainer",
    "ExplanationData",
    "FittedModel",
    "HistoryQueries",
    "InvalidDataError",
    "ItemAttributes",
    "MajorityVote",
    "MissingExtraError",
    "Model",
    "ParityError",
    "RankAverage",
    "Ranking",
    "RuntimeTool",
    "ToolError",
    "TrainingData",
    "TrainingRun",
    "TuningResult",
    "UnknownModelError",
    "__version__",
    "available",
    "calibrate_artifact",
    "export_artifact",
    "get_model",
    "load_explainer",
    "load_tool",
    "train",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("rr-tools")
    if name in _MODULES:
        return getattr(import_module(f"rr_tools.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'rr_tools' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
