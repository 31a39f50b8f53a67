"""One click-through model: trained, then asked for every test row.

`python -m recipes.bench.ctr_run DATA MODEL SEED OUT`.

A process of its own, so that its peak of memory is its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

from recipes.bench.ctr_settings import settings_of
from rr_tools import ClickTable, CtrData, HistoryQueries, RuntimeTool, load_tool, train
from rr_tools.artifact import read_card
from rr_tools.ctr.click_metrics import ClickScore, click_score
from rr_tools.ctr.click_table import TEST

RESULT, PREDICTIONS = "result.json", "predictions.parquet"
TIMED = 500


def run(data: Path, model: str, seed: int, out: Path, *, threads: int = 1) -> None:
    """Train MODEL on the prepared dataset DATA; write `OUT/result.json` and `OUT/predictions.parquet`."""
    import torch  # noqa: PLC0415  # the rest of the recipes do without it

    torch.set_num_threads(threads)
    training = CtrData.from_prepared(data)
    started = time.perf_counter()
    artifact = train(
        model,
        training,
        out=out / "tool",
        config=settings_of(model, data.name),
        seed=seed,
        checkpoint=out / "checkpoint",
        logs=out / "logs",
        progress=lambda done, total, text: typer.echo(f"{model}, seed {seed}: {text}", err=True),
    )
    seconds = time.perf_counter() - started
    clicks = training.clicks_or_drawn(negatives=4, seed=0).part(TEST)
    tool = load_tool(artifact, threads=threads)
    probabilities = asked(tool, training, clicks)
    columns = {"user": clicks.users, "item": clicks.items, "label": clicks.labels, "probability": probabilities}
    pl.DataFrame(columns).write_parquet(out / PREDICTIONS)
    card = read_card(artifact)
    result = {
        "model": model,
        "seed": seed,
        "data": str(data),
        "config": dict(card.config),
        "command": card.command,
        "validation": {"auc": card.metrics["validation_auc"], "logloss": card.metrics["validation_logloss"]},
        "test": scored(clicks.labels, probabilities),
        "epochs": card.metrics["epochs"],
        "flops_per_row": card.metrics["flops_per_row"],
        "p50_ms": median_milliseconds(tool, training, clicks),
        "seconds": seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "threads": threads,
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2), encoding="utf-8")
    partial.replace(out / RESULT)


def asked(tool: RuntimeTool, data: CtrData, clicks: ClickTable) -> NDArray[np.float32]:
    """Return [R] the click probability of every row, with the training items that lie before it as its history."""
    return tool.probabilities(_queries(data, clicks))[:, 0]


def scored(labels: NDArray[Any], probabilities: NDArray[Any]) -> dict[str, float]:
    """AUC and LogLoss of probabilities."""
    bounded = np.clip(probabilities.astype(np.float64), 1e-12, 1 - 1e-7)
    score: ClickScore = click_score(labels, np.log(bounded / (1 - bounded)))
    return {"auc": score.auc, "logloss": score.logloss}


def median_milliseconds(tool: RuntimeTool, data: CtrData, clicks: ClickTable) -> float:
    """The median time of a question about one user and one item."""
    times = []
    for row in range(min(TIMED, len(clicks))):
        question = _queries(data, clicks.take(np.array([row])))
        started = time.perf_counter()
        tool.probabilities(question)
        times.append((time.perf_counter() - started) * 1e3)
    return float(np.median(times))


def _queries(data: CtrData, clicks: ClickTable) -> HistoryQueries:
    read = zip(clicks.users, clicks.history_lengths, strict=True)
    histories = [data.sequence(user)[:length] for user, length in read]
    return HistoryQueries(users=clicks.users, histories=histories, candidates=clicks.items[:, None])


if __name__ == "__main__":
    typer.run(run)
