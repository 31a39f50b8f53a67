"""Everything that the next epoch of an explainer's training hangs on, and its way to a checkpoint and back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from rr_tools.recbole.checkpoint import Checkpoint

NETWORK, BEST, OPTIMIZER, TORCH_RNG = "network.", "best.", "optimizer.", "rng.torch"
Weights = dict[str, Tensor]


@dataclass(slots=True, kw_only=True, eq=False)
class ExplanationTrainingState:
    """A training between two epochs; torch's generator belongs to it too.

    Attributes:
        network: the network.
        rng: draws the order of the texts.
        epoch: epochs done.
        best_epoch: the one with the least validation loss, or the last one where there is no validation.
        best: that loss.
        best_weights: the network's weights after that epoch; None means those it has.
        history: the figures of every epoch.
    """

    network: nn.Module
    rng: np.random.Generator
    epoch: int = 0
    best_epoch: int = 0
    best: float | None = None
    best_weights: Weights | None = None
    history: list[dict[str, float]] = field(default_factory=list)

    def to_checkpoint(self, optimizer: torch.optim.Optimizer) -> Checkpoint:
        """Return the state, with that of the optimizer, as tensors and JSON values."""
        moments = optimizer.state_dict()
        tensors = {NETWORK + name: value for name, value in self.network.state_dict().items()}
        tensors |= {BEST + name: value for name, value in (self.best_weights or {}).items()}
        for index, values in moments["state"].items():
            tensors |= {f"{OPTIMIZER}{index}.{name}": value for name, value in values.items()}
        tensors[TORCH_RNG] = torch.get_rng_state()
        values = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best": self.best,
            "param_groups": moments["param_groups"],
            "numpy_rng": self.rng.bit_generator.state,
            "history": self.history,
        }
        return Checkpoint(tensors, values)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Become the state that the checkpoint was made of, but for the optimizer and torch's generator."""
        values = checkpoint.values
        self.network.load_state_dict(_part(checkpoint, NETWORK))
        self.rng.bit_generator.state = values["numpy_rng"]
        self.epoch, self.best_epoch, self.best = values["epoch"], values["best_epoch"], values["best"]
        self.best_weights = _part(checkpoint, BEST) or None
        self.history = values["history"]


def _part(checkpoint: Checkpoint, prefix: str) -> Weights:
    named = checkpoint.tensors.items()
    return {name.removeprefix(prefix): value for name, value in named if name.startswith(prefix)}
