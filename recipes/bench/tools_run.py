"""One tool: trained, then asked for every user's test item. `python -m recipes.bench.tools_run DATA MODEL SEED OUT`.

A process of its own, so that its peak of memory is its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import typer

from recipes.bench.tools_settings import COUNTING, settings_of
from rr_data.interfaces import PreparedDataset
from rr_eval import hit_rate, ndcg
from rr_tools import HistoryQueries, RuntimeTool, TrainingData, load_tool, train
from rr_tools.artifact import read_card
from rr_tools.item_features import read_features
from rr_tools.validation import target_ranks

CUTOFFS = (5, 10)
USERS_PER_CHUNK = 1000
RESULT = "result.json"


def run(
    data: Path,
    model: str,
    seed: int,
    out: Path,
    *,
    features: Path | None = None,
    threads: int = 1,
) -> None:
    """Train MODEL on the prepared dataset DATA and write `OUT/result.json`."""
    dataset = PreparedDataset.open(data)
    if model not in COUNTING:
        import torch  # noqa: PLC0415  # the counting models train and answer without it

        torch.set_num_threads(threads)
    training = TrainingData.from_prepared(dataset, until="validation" if model in COUNTING else "train")
    if features is not None:
        training = replace(training, features=read_features(features))
    started = time.perf_counter()
    artifact = train(
        model,
        training,
        out=out / "tool",
        config=settings_of(model),
        seed=seed,
        checkpoint=out / "checkpoint",
        logs=out / "logs",
        progress=lambda done, total, text: typer.echo(f"{model}, seed {seed}: {text}", err=True),
    )
    seconds = time.perf_counter() - started
    result = {
        "model": model,
        "seed": seed,
        "data": str(data),
        "config": dict(read_card(artifact).config),
        "command": read_card(artifact).command,
        "validation": {name: value for name, value in read_card(artifact).metrics.items() if "@" in name},
        "test": test_metrics(load_tool(artifact, threads=threads), dataset),
        "seconds": _seconds_of_all_epochs(out / "logs") or seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "threads": threads,
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2), encoding="utf-8")
    partial.replace(out / RESULT)


def test_metrics(tool: RuntimeTool, dataset: PreparedDataset) -> dict[str, float]:
    """HR and NDCG over all users' test items: full catalogue, items of the history masked, ties in their middle."""
    targets = np.asarray(dataset.targets("test"))
    histories = dataset.sequences(until="validation")
    users = np.flatnonzero(targets >= 0)
    values: dict[str, list[Any]] = {f"{name}@{k}": [] for k in CUTOFFS for name in ("HR", "NDCG")}
    for first in range(0, len(users), USERS_PER_CHUNK):
        chunk = users[first : first + USERS_PER_CHUNK]
        scores = tool.scores(HistoryQueries(users=chunk, histories=[histories[user] for user in chunk]))
        ranks = target_ranks(scores, targets[chunk])
        for k in CUTOFFS:
            values[f"HR@{k}"].append(hit_rate(ranks, k=k))
            values[f"NDCG@{k}"].append(ndcg(ranks, k=k))
    return {name: float(np.mean(np.concatenate(found))) for name, found in values.items()}


def _seconds_of_all_epochs(logs: Path) -> float:
    """What training took, also where it was killed and went on."""
    seconds = 0.0
    for file in logs.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            seconds += sum(float(row["seconds"]) for row in csv.DictReader(rows))
    return seconds


if __name__ == "__main__":
    typer.run(run)
