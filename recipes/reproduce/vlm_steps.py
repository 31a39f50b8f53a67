"""A VLM tuned on questions about items: its rows and its tuning as steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import torch

from recipes.demo.settings import Settings, Variant
from recipes.demo.steps import Report, Step
from recipes.demo.tuning import catalogue
from recipes.reproduce.workshop import Place
from rr_data.interfaces import TaskQueries, training_queries, training_rows, write_sft_rows
from rr_vlm import EmbeddedOptions, PromptOptions, preset, train

SEQUENTIAL = "sequential"
ROWS = "rows.parquet"
WRITTEN = ("seed", "history", "pictures", "variant")
Rows = Callable[[Variant], Iterator[dict[str, Any]]]


def rows_at_most(settings: Settings) -> int:
    """Return how many rows of a task are written: no more than the tuning draws, each once."""
    seen = settings.steps * settings.batch
    return seen if settings.sample is None else min(settings.sample, seen)


def drawn(asked: TaskQueries, most: int, *, seed: int) -> TaskQueries:
    """Return at most so many of the questions, drawn without repetition, in their order."""
    if len(asked) <= most:
        return asked
    return asked.take(np.sort(np.random.default_rng(seed).permutation(len(asked))[:most]))


class VlmSteps:
    """Tunes the embedded VLM on a task's rows and, as in the paper's mixture, on as many of sequential ones.

    Args:
        place: where it works.
        task: whose rows these are.
        settings: of the tuning.
        rows: writes the task's rows for a variant.
        after: the steps that the rows need besides the dataset.
        suffix: of the steps' names.
    """

    def __init__(
        self, place: Place, task: str, settings: Settings, *, rows: Rows, after: Sequence[Step] = (), suffix: str = ""
    ) -> None:
        """See the class."""
        self.place, self.task, self.settings, self.suffix = place, task, settings, suffix
        self._rows, self._after = rows, after

    @cached_property
    def tuned(self) -> Step:
        """The tuned VLM, in `reasoner`."""
        place = self.place
        rows = place.runner.run(
            f"rows{self.suffix}",
            self._write,
            settings={
                "task": self.task,
                **self.settings.subset("seed", "sample", "steps", "batch", "history", "pictures", "variant"),
            },
            code=("rr_data.prompts", "recipes.reproduce"),
            after=[place.prepared, *self._after],
            about=f"write the rows of {self.task} and sequential recommendation",
        )
        observed = place.agent_steps(self.settings).observed
        return place.runner.run(
            f"tune{self.suffix}",
            lambda folder, report: self._tune(rows.folder, observed.folder, folder, report),
            settings=self.settings.subset("seed", "steps", "batch", "learning_rate", "width", "variant", "pictures"),
            code=("rr_vlm", "recipes.reproduce.vlm_steps"),
            after=[place.prepared, rows, observed],
            about="tune the embedded VLM",
        )

    def _write(self, folder: Path, report: Report) -> None:
        write_sft_rows(chain(self._rows(self.settings.variant), self._sequential()), folder / ROWS)

    def _sequential(self) -> Iterator[dict[str, Any]]:
        chosen = preset(self.settings.variant.preset)
        asked = training_queries(self.place.data, SEQUENTIAL, seed=self.settings.seed, windows=self.settings.history)
        return iter(
            training_rows(
                self.place.data,
                drawn(asked, rows_at_most(self.settings), seed=self.settings.seed),
                seed=self.settings.seed,
                history_length=self.settings.history,
                pictures=self.settings.pictures if chosen.pictures else 0,
                wordings=chosen.wordings(SEQUENTIAL),
            )
        )

    def _tune(self, rows: Path, observed: Path, folder: Path, report: Report) -> None:
        torch.set_num_threads(self.settings.threads)
        chosen = preset(self.settings.variant.preset)
        written = chosen.prompt(tasks=(SEQUENTIAL, self.task))
        train(
            pq.read_table(rows / ROWS).to_pylist(),
            catalogue=catalogue(self.place.data, observed, self.settings),
            out=folder / "reasoner",
            prompt=PromptOptions(
                history_length=self.settings.history,
                pictures=self.settings.pictures if chosen.pictures else 0,
                wordings=written["wordings"],
            ),
            backbone=EmbeddedOptions(width=self.settings.width),
            options={
                "max_steps": self.settings.steps,
                "per_device_train_batch_size": self.settings.batch,
                "learning_rate": self.settings.learning_rate,
                "seed": self.settings.seed,
                **chosen.training,
            },
            resume=True,
            progress=report,
        )
