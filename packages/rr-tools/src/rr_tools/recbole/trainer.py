"""A small training loop: early stopping on validation, best weights kept, nothing global left changed."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rr_tools.model import Progress
from rr_tools.validation import NextItemScore

WARM_UP = 0.05  # share of the steps over which the learning rate rises
FLOOR = 0.1  # share of the learning rate that is left at the end
LARGEST_GRADIENT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimization:
    """How to minimise; `steps_per_epoch` is what the learning-rate schedule plans with."""

    learning_rate: float
    weight_decay: float
    epochs: int
    patience: int
    steps_per_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """What training came to; `best` is None without validation."""

    epochs: int
    best_epoch: int
    best: NextItemScore | None


def fit_module(
    module: nn.Module,
    *,
    batches: Callable[[np.random.Generator], Iterable[Any]],
    loss: Callable[[Any], Tensor],
    validate: Callable[[], NextItemScore] | None,
    optimization: Optimization,
    rng: np.random.Generator,
    progress: Progress,
) -> FitResult:
    """Train `module` in place and leave it in eval mode with the weights of its best epoch.

    AdamW with a linear warm-up and a cosine down to a tenth; gradients are clipped to a norm of 5.

    Args:
        module: the network.
        batches: one epoch's batches, drawn anew each epoch.
        loss: mean loss of a batch.
        validate: NDCG@5 and HR@5 of the module as it is; None keeps the last epoch.
        optimization: rates and limits.
        rng: draws the batches; torch's own generator is the caller's to seed.
        progress: called after each epoch.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=optimization.learning_rate, weight_decay=optimization.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _schedule(optimization))
    best: NextItemScore | None = None
    best_epoch, best_weights = 0, None
    epoch = 0
    for epoch in range(1, optimization.epochs + 1):
        module.train()
        losses = [_step(module, optimizer, schedule, loss(batch)) for batch in batches(rng)]
        module.eval()
        text = f"epoch {epoch}, loss {np.mean(losses) if losses else 0.0:.3f}"
        if validate is None:
            best_epoch = epoch
            progress(epoch, optimization.epochs, text)
            continue
        score = validate()
        if best is None or score.ndcg > best.ndcg:
            best, best_epoch, best_weights = score, epoch, copy.deepcopy(module.state_dict())
        progress(epoch, optimization.epochs, f"{text}, NDCG@5 {score.ndcg:.4f}, best {best.ndcg:.4f}")
        if epoch - best_epoch >= optimization.patience:
            break
    if best_weights is not None:
        module.load_state_dict(best_weights)
    module.eval()
    return FitResult(epochs=epoch, best_epoch=best_epoch, best=best)


def _step(
    module: nn.Module, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR, loss: Tensor
) -> float:
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    nn.utils.clip_grad_norm_(module.parameters(), LARGEST_GRADIENT)
    optimizer.step()
    schedule.step()
    return loss.item()


def _schedule(optimization: Optimization) -> Callable[[int], float]:
    total = max(1, optimization.epochs * optimization.steps_per_epoch)

    def factor(step: int) -> float:
        done = min(1.0, step / total)
        cosine = FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * done))
        return min(1.0, (step + 1) / (WARM_UP * total)) * cosine

    return factor
