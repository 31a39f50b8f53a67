"""Lightning's trainer as every model here runs it: no files, no messages, and Ctrl-C is what it is elsewhere."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import lightning


def run_epochs(
    module: lightning.LightningModule,
    rows: lightning.LightningDataModule,
    keeper: lightning.Callback,
    *,
    epochs: int,
    validates: bool,
    largest_gradient: float,
) -> None:
    """Train on the CPU.

    Args:
        module: what to train.
        rows: its batches.
        keeper: looks after everything that lasts: Lightning writes nothing.
        epochs: to run at most.
        validates: whether there is something to validate on.
        largest_gradient: a longer gradient is cut to this length.
    """
    with _quiet_lightning(), _plain_interrupts():
        trainer = lightning.Trainer(
            accelerator="cpu",
            devices=1,
            max_epochs=epochs,
            gradient_clip_val=largest_gradient,
            limit_val_batches=1.0 if validates else 0,
            num_sanity_val_steps=0,
            callbacks=[keeper],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, datamodule=rows)


@contextmanager
def _plain_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt where it is one: Lightning ends the program instead, and leaves the signal ignored."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        if not isinstance(stop.__context__, KeyboardInterrupt):
            raise
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from None


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Hide Lightning's notes on the hardware it found and its advice on loaders; errors are raised, not logged."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)
