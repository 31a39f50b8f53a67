"""A small training loop: early stopping, best weights kept, exact resume, nothing global left changed."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rr_tools.model import TrainingRun
from rr_tools.recbole.checkpoint import read_checkpoint, write_checkpoint
from rr_tools.recbole.training_log import TrainingLog
from rr_tools.recbole.training_state import TrainingState
from rr_tools.validation import NextItemScore

WARM_UP = 0.05  # share of the steps over which the learning rate rises
FLOOR = 0.1  # share of the learning rate that is left at the end
LARGEST_GRADIENT = 5.0
TRAINING = "training"


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
    run: TrainingRun,
    stage: str = TRAINING,
) -> FitResult:
    """Train `module` in place and leave it in eval mode with the weights of its best epoch.

    AdamW with a linear warm-up and a cosine down to a tenth; gradients are clipped to a norm of 5. Where the run has a
    folder for checkpoints, the state is kept after every epoch, and a training that was killed goes on from there: the
    weights in the end are those of one that was not, on the same machine with the same number of threads.

    Args:
        module: the network.
        batches: one epoch's batches, drawn anew each epoch.
        loss: mean loss of a batch.
        validate: NDCG@5 and HR@5 of the module as it is; None keeps the last epoch.
        optimization: rates and limits.
        rng: draws the batches; torch's own generator is the caller's to seed.
        run: progress, checkpoints, logs.
        stage: names the checkpoint and the logs of a model that is trained in several stages.

    Raises:
        CheckpointError: the checkpoint that is there is damaged or another training's.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=optimization.learning_rate, weight_decay=optimization.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _schedule(optimization))
    state = TrainingState(module=module, optimizer=optimizer, schedule=schedule, rng=rng)
    folder = None if run.checkpoint is None else run.checkpoint / stage
    if folder is not None and (checkpoint := read_checkpoint(folder, fingerprint=run.fingerprint)) is not None:
        state.restore(checkpoint)
    log = TrainingLog(run, stage, epochs_done=state.epoch)
    try:
        while state.epoch < optimization.epochs and state.epoch - state.best_epoch < optimization.patience:
            _run_epoch(state, batches, loss, validate)
            _keep(state, folder, run.fingerprint)
            log.write(state.history)
            if stage == TRAINING and state.best is not None:
                run.watch(state.epoch, state.history[-1]["ndcg@5"])
            run.progress(state.epoch, optimization.epochs, _line(stage, state))
    finally:
        log.close()
    if state.best_weights is not None:
        module.load_state_dict(state.best_weights)
    module.eval()
    return FitResult(epochs=state.epoch, best_epoch=state.best_epoch, best=state.best)


def _run_epoch(
    state: TrainingState,
    batches: Callable[[np.random.Generator], Iterable[Any]],
    loss: Callable[[Any], Tensor],
    validate: Callable[[], NextItemScore] | None,
) -> None:
    """Pass once over the data, validate, and note the figures."""
    started = time.perf_counter()
    state.module.train()
    losses = [_step(state, loss(batch)) for batch in batches(state.rng)]
    state.module.eval()
    state.epoch += 1
    figures = {"epoch": float(state.epoch), "loss": float(np.mean(losses)) if losses else 0.0}
    if validate is None:
        state.best_epoch = state.epoch
    else:
        score = validate()
        figures |= {"hit_rate@5": score.hit_rate, "ndcg@5": score.ndcg}
        if state.best is None or score.ndcg > state.best.ndcg:
            state.best, state.best_epoch = score, state.epoch
            state.best_weights = copy.deepcopy(dict(state.module.state_dict()))
    figures |= {"learning_rate": float(state.schedule.get_last_lr()[0]), "seconds": time.perf_counter() - started}
    state.history.append(figures)


def _step(state: TrainingState, loss: Tensor) -> float:
    state.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    nn.utils.clip_grad_norm_(state.module.parameters(), LARGEST_GRADIENT)
    state.optimizer.step()
    state.schedule.step()
    return loss.item()


def _keep(state: TrainingState, folder: Path | None, fingerprint: str) -> None:
    if folder is not None:
        write_checkpoint(folder, state.to_checkpoint(), fingerprint=fingerprint)


def _line(stage: str, state: TrainingState) -> str:
    figures = state.history[-1]
    name = "" if stage == TRAINING else f"{stage}, "
    text = f"{name}epoch {state.epoch}, loss {figures['loss']:.3f}"
    if state.best is None:
        return text
    return f"{text}, NDCG@5 {figures['ndcg@5']:.4f}, best {state.best.ndcg:.4f}"


def _schedule(optimization: Optimization) -> Callable[[int], float]:
    total = max(1, optimization.epochs * optimization.steps_per_epoch)

    def factor(step: int) -> float:
        done = min(1.0, step / total)
        cosine = FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * done))
        return min(1.0, (step + 1) / (WARM_UP * total)) * cosine

    return factor
