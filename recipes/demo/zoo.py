"""The tools, trained twice: once on everything before the validation items, once honestly on sequences cut short."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from recipes.demo.examples import cut_lengths
from recipes.demo.settings import Settings
from recipes.demo.steps import Report
from rr_data.interfaces import PreparedDataset
from rr_tools import RuntimeTool, TrainingData, get_model, load_tool, train

FINAL, HONEST = "final", "honest"


def train_tools(data: PreparedDataset, settings: Settings, folder: Path, report: Report) -> None:
    """Train every tool on both data sets, two processes of one thread each: faster than two threads in one."""
    work = {FINAL: TrainingData.from_prepared(data), HONEST: _honest_data(data, settings.evidence_from)}
    configs = {name: at_most(name, settings.tool_epochs) for name in settings.tools}
    # The slowest first, so that the two processes finish together.
    jobs = [(kind, name) for name in reversed(settings.tools) for kind in work]
    report(0, len(jobs))
    with ProcessPoolExecutor(min(settings.threads, 2), mp_context=get_context("spawn")) as pool:
        running = [
            pool.submit(_train_one, name, work[kind], folder / kind / name, configs[name], settings.seed)
            for kind, name in jobs
        ]
        for done, future in enumerate(as_completed(running), start=1):
            future.result()
            report(done, len(jobs))


def load_tools(settings: Settings, folder: Path, kind: str) -> list[RuntimeTool]:
    """Load the tools of one kind, in the order of the settings."""
    return [load_tool(folder / kind / name) for name in settings.tools]


def at_most(name: str, epochs: int | None) -> dict[str, Any]:
    """Bound every number of epochs that a model's options name; models that count have none."""
    options = (field.name for field in fields(get_model(name).config_type))
    return {} if epochs is None else {option: epochs for option in options if option.endswith("epochs")}


def _train_one(name: str, data: TrainingData, out: Path, config: dict[str, Any], seed: int) -> None:
    torch.set_num_threads(1)
    out.parent.mkdir(parents=True, exist_ok=True)
    train(name, data, out=out, config=config, seed=seed)


def _honest_data(data: PreparedDataset, share: float) -> TrainingData:
    """Cut each training sequence; the last item before the cut stops training, so targets after it stay unseen."""
    sequences = data.sequences(until="train")
    cut = cut_lengths(sequences.lengths, share)
    shown = sequences.truncated(np.where(cut >= 2, cut - 1, cut))
    stop = np.array([sequences[user][end - 1] if end >= 2 else -1 for user, end in enumerate(cut)], np.int64)
    return TrainingData(
        items=np.asarray(shown.items),
        offsets=shown.offsets,
        n_items=data.n_items,
        validation=stop,
        item_map_checksum=data.item_map_checksum,
        dataset_checksum=data.checksum,
    )
