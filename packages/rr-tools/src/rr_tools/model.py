"""What the registry holds: a model that can be trained, and what its training returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.training_data import TrainingData

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps at most, a line that says how it goes)."""


Watch = Callable[[int, float], None]
"""Called with (epoch, validation score) after every epoch; what it raises ends the training."""


def silent(done: int, total: int, text: str) -> None:
    """Show nothing: the progress of who asks for none."""


def unwatched(epoch: int, score: float) -> None:
    """Let the training go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """How a training is run. But for the seed, nothing here changes what comes out.

    Attributes:
        seed: equal seeds give equal tools.
        progress: is told how it goes.
        checkpoint: folder that keeps the state of the training after every epoch, and from which one that was killed
            goes on; None keeps nothing. Models that train in a few seconds ignore it.
        fingerprint: names model, options, seed and data; a checkpoint of another training is refused.
        logs: folder for the figures of every epoch as CSV; None writes none.
        tensorboard: whether TensorBoard's event files are written to `logs` too.
        watch: is told the validation score of every epoch and may end the training by raising, as a tuner does.
    """

    seed: int = 0
    progress: Progress = silent
    checkpoint: Path | None = None
    fingerprint: str = ""
    logs: Path | None = None
    tensorboard: bool = False
    watch: Watch = unwatched


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

    def __call__(self, data: Any, config: Any, *, run: TrainingRun) -> FittedModel:
        """Train on `data`, of the model's data type; `config` is an instance of the model's configuration type."""
        ...


class Rebuild(Protocol):
    """Builds a trained network in torch again; returns a `rr_tools.export.rebuilt.Rebuilt`."""

    def __call__(self, config: Any, n_items: int, tensors: Mapping[str, Any]) -> Any:
        """Build the network that `tensors`, by name, were saved from."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of the zoo.

    Attributes:
        task: "sequential" (reads the history), "direct" (reads the user), "ctr" (reads both and one item), or
            "explanation" (says why, and ranks nothing: it is served by `rr_tools.runtime.explainer`).
        scorer: kind of computation that serves it, see `rr_tools.runtime.scorers`.
        config_type: frozen dataclass of its options, every one with a default.
        fit: its training.
        needs_features: whether it cannot do without `TrainingData.features`.
        data_type: what `rr-tools train` reads the prepared dataset as.
        assessed_users: most validation users whose ranking the card tells and the confidence is fitted on, evenly
            spread; None asks all. For models to which the whole catalogue is a pass over as many rows.
        rebuild: builds the trained network in torch from its artifact's tensors, for `rr-tools export`; None for models
            without a network.
    """

    task: str
    scorer: str
    config_type: type[Any]
    fit: Fit
    needs_features: bool = False
    data_type: type[TrainingData] | type[ExplanationData] = TrainingData
    assessed_users: int | None = None
    rebuild: Rebuild | None = None
