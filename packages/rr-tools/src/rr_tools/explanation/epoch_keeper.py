"""What happens after every epoch: the best weights are kept, the rate falls or training stops, the state is saved."""

from __future__ import annotations

import copy
import math
import time
from typing import Any

import lightning

from rr_tools.ctr.training_state import restore_optimizer
from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.lightning_module import ExplanationModule
from rr_tools.explanation.training_state import ExplanationTrainingState
from rr_tools.model import TrainingRun
from rr_tools.recbole.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from rr_tools.recbole.training_log import TrainingLog

STAGE = "training"


class ExplanationKeeper(lightning.Callback):
    """Early stopping, exact resume, logs and progress.

    A training that was killed goes on to the weights that an undisturbed one reaches, on the same machine with the same
    number of threads.
    """

    def __init__(self, state: ExplanationTrainingState, config: ExplanationConfig, run: TrainingRun) -> None:
        """Take up the checkpoint of `run` where there is one.

        Raises:
            CheckpointError: it is damaged or another training's.
        """
        self.state, self.config, self.run = state, config, run
        self._folder = None if run.checkpoint is None else run.checkpoint / STAGE
        self._checkpoint: Checkpoint | None = None
        if self._folder is not None:
            self._checkpoint = read_checkpoint(self._folder, fingerprint=run.fingerprint)
        if self._checkpoint is not None:
            state.restore(self._checkpoint)
        self._log = TrainingLog(run, STAGE, epochs_done=state.epoch)
        self._started = 0.0

    @property
    def epochs_left(self) -> int:
        """Epochs that may follow; 0 where the training has ended."""
        return 0 if self._waited_enough() else self.config.epochs - self.state.epoch

    def close(self) -> None:
        """Close the logs."""
        self._log.close()

    def on_train_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        """Give the optimizer its state back."""
        if self._checkpoint is not None:
            restore_optimizer(trainer.optimizers[0], self._checkpoint)
            self._checkpoint = None

    def on_train_epoch_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        """Look at the clock."""
        self._started = time.perf_counter()

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        """Note the figures, keep what is best, and decide what follows."""
        module: ExplanationModule = pl_module
        optimizer = trainer.optimizers[0]
        self.state.epoch += 1
        figures = {"epoch": float(self.state.epoch), "loss": module.loss}
        if module.validation_loss is not None:
            figures["validation_loss"] = module.validation_loss
        figures["learning_rate"] = float(optimizer.param_groups[0]["lr"])
        figures["seconds"] = time.perf_counter() - self._started
        self.state.history.append(figures)
        if not self._keep_best(module.validation_loss):
            for group in optimizer.param_groups:
                group["lr"] *= self.config.decay
        trainer.should_stop = self._waited_enough()
        if self._folder is not None:
            write_checkpoint(self._folder, self.state.to_checkpoint(optimizer), fingerprint=self.run.fingerprint)
        self._log.write(self.state.history)
        self.run.progress(self.state.epoch, self.config.epochs, self._line())
        if module.validation_loss is not None:
            self.run.watch(self.state.epoch, -module.validation_loss)  # who watches wants more, not less

    def _keep_best(self, loss: float | None) -> bool:
        """Return whether the epoch was the best so far, which it is where there is no validation."""
        if loss is None:
            self.state.best_epoch = self.state.epoch
            return True
        if self.state.best is not None and not loss < self.state.best:
            return False
        self.state.best, self.state.best_epoch = loss, self.state.epoch
        self.state.best_weights = copy.deepcopy(dict(self.state.network.state_dict()))
        return True

    def _waited_enough(self) -> bool:
        return self.state.epoch - self.state.best_epoch >= self.config.patience

    def _line(self) -> str:
        figures = self.state.history[-1]
        text = f"epoch {self.state.epoch}, loss {figures['loss']:.4f}"
        if self.state.best is None:
            return text
        perplexity, best = math.exp(figures["validation_loss"]), math.exp(self.state.best)
        return f"{text}, validation perplexity {perplexity:.2f}, best {best:.2f}"
