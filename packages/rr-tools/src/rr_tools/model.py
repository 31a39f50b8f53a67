"""What the registry holds: a model that can be trained, and what its training returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rr_tools.training_data import TrainingData

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps at most, a line that says how it goes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedModel:
    """A trained model, ready to be written.

    Attributes:
        files: content by file name: `model.onnx` or `weights.safetensors`, as the model's scorer needs.
        max_length: history items it reads; 0 for none.
        flops_per_query: floating-point operations of one query over the whole catalogue.
        metrics: numbers from training worth keeping, by name.
    """

    files: Mapping[str, bytes]
    max_length: int
    flops_per_query: float
    metrics: Mapping[str, float]


class Fit(Protocol):
    """Trains a model: equal arguments give an equal result."""

    def __call__(self, data: TrainingData, config: Any, *, seed: int, progress: Progress) -> FittedModel:
        """Train on `data`; `config` is an instance of the model's configuration type."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of the zoo.

    Attributes:
        task: "sequential" (reads the history) or "direct" (reads the user).
        scorer: kind of computation that serves it, see `rr_tools.runtime.scorers`.
        config_type: frozen dataclass of its options, every one with a default.
        fit: its training.
    """

    task: str
    scorer: str
    config_type: type[Any]
    fit: Fit
