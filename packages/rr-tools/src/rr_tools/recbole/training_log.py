"""The figures of every epoch, as CSV and where asked for as TensorBoard's event files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rr_tools.errors import MissingExtraError
from rr_tools.model import TrainingRun

STEP = "epoch"


class TrainingLog:
    """Writes `<stage>.csv`, and `<stage>/events.out.tfevents...`, into a run's folder of logs, if it has one."""

    def __init__(self, run: TrainingRun, stage: str, *, epochs_done: int) -> None:
        """Open the logs of a stage of which so many epochs are done; later ones that a killed run wrote are dropped.

        Raises:
            MissingExtraError: TensorBoard's files are asked for and the package `tensorboard` is not installed.
        """
        self._csv: Path | None = None
        self._events: Any = None
        if run.logs is None:
            return
        run.logs.mkdir(parents=True, exist_ok=True)
        self._csv = run.logs / f"{stage}.csv"
        if run.tensorboard:
            self._events = _event_writer(run.logs / stage, epochs_done + 1)

    def write(self, history: Sequence[Mapping[str, float]]) -> None:
        """Write the whole history, one row an epoch, and add the last epoch's figures to the event file."""
        if self._csv is None or not history:
            return
        partial = self._csv.with_suffix(".partial")
        with partial.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, fieldnames=list(history[-1]))
            table.writeheader()
            table.writerows(history)
        partial.replace(self._csv)
        if self._events is not None:
            last = history[-1]
            for name, value in last.items():
                if name != STEP:
                    self._events.add_scalar(name, value, int(last[STEP]))
            self._events.flush()

    def close(self) -> None:
        """Close the event file."""
        if self._events is not None:
            self._events.close()


def _event_writer(folder: Path, first_epoch: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  # takes a second; an option of few
    except ImportError as error:
        raise MissingExtraError("tensorboard") from error
    return SummaryWriter(str(folder), purge_step=first_epoch)
