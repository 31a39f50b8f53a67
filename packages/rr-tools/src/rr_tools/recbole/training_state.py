"""Everything that the next epoch of a training hangs on, and its way to a checkpoint and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rr_tools.recbole.checkpoint import Checkpoint
from rr_tools.validation import NextItemScore

MODULE, BEST, OPTIMIZER, TORCH_RNG = "module.", "best.", "optimizer.", "rng.torch"
Weights = dict[str, Tensor]


@dataclass(slots=True, kw_only=True, eq=False)
class TrainingState:
    """A training between two epochs.

    Attributes:
        module: the network.
        optimizer: with its moments.
        schedule: of the learning rate, one step a batch.
        rng: draws the batches; torch's own generator belongs to the state too.
        epoch: epochs done.
        best_epoch: the epoch with the best validation score, or the last one where there is no validation.
        best: that score.
        best_weights: the module's weights after that epoch; None means those it has.
        history: the figures of every epoch.
    """

    module: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    rng: np.random.Generator
    epoch: int = 0
    best_epoch: int = 0
    best: NextItemScore | None = None
    best_weights: Weights | None = None
    history: list[dict[str, float]] = field(default_factory=list)

    def to_checkpoint(self) -> Checkpoint:
        """Return the state as tensors and JSON values."""
        optimizer = self.optimizer.state_dict()
        tensors = {MODULE + name: value for name, value in self.module.state_dict().items()}
        tensors |= {BEST + name: value for name, value in (self.best_weights or {}).items()}
        for index, moments in optimizer["state"].items():
            tensors |= {f"{OPTIMIZER}{index}.{name}": value for name, value in moments.items()}
        tensors[TORCH_RNG] = torch.get_rng_state()
        values = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best": None if self.best is None else asdict(self.best),
            "param_groups": optimizer["param_groups"],
            "schedule": {name: value for name, value in self.schedule.state_dict().items() if name != "lr_lambdas"},
            "numpy_rng": self.rng.bit_generator.state,
            "history": self.history,
        }
        return Checkpoint(tensors, values)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Become the state that the checkpoint was made of, torch's generator included."""
        values = checkpoint.values
        self.module.load_state_dict(_part(checkpoint, MODULE))
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in _part(checkpoint, OPTIMIZER).items():
            index, _, moment = name.partition(".")
            moments.setdefault(int(index), {})[moment] = value
        self.optimizer.load_state_dict({"state": moments, "param_groups": _groups(values["param_groups"])})
        self.schedule.load_state_dict({**values["schedule"], "lr_lambdas": [None]})
        self.rng.bit_generator.state = values["numpy_rng"]
        torch.set_rng_state(checkpoint.tensors[TORCH_RNG])
        self.epoch, self.best_epoch = values["epoch"], values["best_epoch"]
        self.best = None if values["best"] is None else NextItemScore(**values["best"])
        self.best_weights = _part(checkpoint, BEST) or None
        self.history = values["history"]


def _part(checkpoint: Checkpoint, prefix: str) -> Weights:
    named = checkpoint.tensors.items()
    return {name.removeprefix(prefix): value for name, value in named if name.startswith(prefix)}


def _groups(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # JSON knows no tuples; Adam's two decay rates are one.
    return [{name: tuple(value) if name == "betas" else value for name, value in group.items()} for group in groups]
