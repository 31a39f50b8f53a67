"""Reasoning-aware visual instruction tuning (paper, section 3.2) on TRL's `SFTTrainer`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import datasets  # type: ignore[import-untyped]
import numpy as np
import torch
from numpy.typing import NDArray
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn
from torch.utils.data import Sampler
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTTrainer  # type: ignore[attr-defined]  # a lazy export

from rr_vlm.curriculum.phases import Curriculum
from rr_vlm.curriculum.sampler import CurriculumSampler
from rr_vlm.training.sft_config import RvitConfig

LOSSES = ("answer", "thought", "history", "label", "text")


class RvitTrainer(SFTTrainer):
    """Tunes a `Deliberator` on encoded rows, drawn by the evidence-horizon curriculum."""

    args: RvitConfig
    model: nn.Module

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As `SFTTrainer`; the model computes its own mean losses."""
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = False
        self.remove_callback(PrinterCallback)
        if self.args.bf16 or self.args.fp16:
            _prepare_for_autocast(self.model)

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Weigh the losses; none of them projects every position."""
        output = model(**inputs)
        total = sum(getattr(self.args, f"{name}_weight") * output[name] for name in LOSSES)
        mode = "train" if model.training else "eval"
        for name in LOSSES:
            self._metrics[mode][f"{name}_loss"].append(float(output[name].detach()))
        return (total, output) if return_outputs else total

    def _issue_warnings_after_load(self, load_result: Any) -> None:
        """Say only what is missing of the tuned weights: a checkpoint of adapters leaves out the base on purpose."""
        tuned = {name for name, value in self.model.named_parameters() if value.requires_grad}
        missing = [key for key in load_result.missing_keys if key in tuned]
        super()._issue_warnings_after_load(load_result._replace(missing_keys=missing))

    def _get_train_sampler(self, train_dataset: datasets.Dataset | None = None) -> Sampler[int]:
        dataset = self.train_dataset if train_dataset is None else train_dataset
        config = self.args
        return CurriculumSampler(
            column(dataset, "eh_level"),
            batch_size=config.train_batch_size * config.gradient_accumulation_steps * config.world_size,
            max_steps=config.max_steps,
            seed=config.seed,
            curriculum=config.phases(),
            lengths=column(dataset, "length"),
        )


def _prepare_for_autocast(model: nn.Module) -> None:
    """Keep what is tuned in float32, in which small updates are not lost, and leave all casts to autocast.

    Adapters would raise every input to float32 themselves, which takes as long as the frozen backbone.
    """
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    adapters: list[Any] = [module for module in model.modules() if isinstance(module, BaseTunerLayer)]
    for adapter in adapters:
        if hasattr(adapter, "cast_input_dtype_enabled"):
            adapter.cast_input_dtype_enabled = False


class HistoryCallback(TrainerCallback):
    """Writes one JSON line a logged step (step, phase, losses, learning rate) and reports progress.

    Args:
        file: of JSON lines; after a resume, lines of steps that are run again are dropped.
        curriculum: names the phase of each step.
        progress: called with (steps done, steps in all) after every step.
    """

    def __init__(self, file: Path, curriculum: Curriculum, progress: Callable[[int, int], None] | None) -> None:
        """Nothing is written yet."""
        self._file = file
        self._curriculum = curriculum
        self._progress = progress

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Keep what was logged up to the checkpoint."""
        kept = [line for line in read_history(self._file) if line["step"] <= state.global_step]
        self._file.write_text("".join(json.dumps(line) + "\n" for line in kept))

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the step."""
        if self._progress is not None:
            self._progress(state.global_step, state.max_steps)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Append one line."""
        if not logs or "loss" not in logs:
            return
        phase = self._curriculum.phase(max(0, state.global_step - 1), state.max_steps)
        line = {
            "step": state.global_step,
            "phase": phase.value,
            "loss": float(logs["loss"]),
            "learning_rate": float(logs["learning_rate"]),
            **{f"{name}_loss": float(logs[f"{name}_loss"]) for name in LOSSES},
        }
        with self._file.open("a") as stream:
            stream.write(json.dumps(line) + "\n")


def read_history(file: Path) -> list[dict[str, Any]]:
    """Read what `HistoryCallback` wrote; a torn last line is left out."""
    if not file.exists():
        return []
    lines: list[dict[str, Any]] = []
    for text in file.read_text().splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines


def column(dataset: datasets.Dataset, name: str) -> NDArray[np.int64]:
    """Return one column of whole numbers at once; a row at a time takes a second for a few thousand."""
    values: NDArray[np.int64] = dataset.with_format("arrow")[:][name].to_numpy().astype(np.int64)
    return values


def encoded_dataset(rows: Sequence[dict[str, Any]]) -> datasets.Dataset:
    """Hold encoded rows in Arrow."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns["length"] = [len(ids) for ids in columns["input_ids"]]
    dataset = datasets.Dataset.from_dict({name: _plain(values) for name, values in columns.items()})
    return dataset.with_format("numpy")


def _plain(values: list[Any]) -> list[Any]:
    return [value.astype(np.int32) if isinstance(value, np.ndarray) else value for value in values]
