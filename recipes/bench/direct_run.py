"""One tool: trained, then asked to rank candidate lists. `python -m recipes.bench.direct_run MODEL SEED OUT DATA...`.

A process of its own, so that its peak of memory is its own; killed, it goes on where it was when it is run again. With
`--part validation --set KEY=VALUE` it is what the options were chosen with.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import polars as pl
import typer

from recipes.bench.direct_settings import COUNTING, settings_of
from rr_data.interfaces import PreparedDataset
from rr_eval import hit_rate, ndcg
from rr_tools import RuntimeTool, TrainingData, load_tool, train
from rr_tools.artifact import read_card
from rr_tools.asked_queries import AskedQueries, of_prepared
from rr_tools.validation import target_ranks

RESULT = "result.json"
CUTOFFS = (5, 10)
Part = Literal["validation", "test"]


def run(
    model: str,
    seed: int,
    out: Path,
    data: Annotated[list[Path], typer.Argument(help="Prepared datasets that differ in their candidates alone.")],
    *,
    part: Part = "test",
    options: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, beyond the settings.")] = None,
    threads: int = 1,
) -> None:
    """Train MODEL on the training part of DATA and write `OUT/result.json`."""
    if model not in COUNTING:
        import torch  # noqa: PLC0415  # the counting models train and answer without it

        torch.set_num_threads(threads)
    datasets = [PreparedDataset.open(folder) for folder in data]
    started = time.perf_counter()
    artifact = train(
        model,
        TrainingData.from_prepared(datasets[0]),
        out=out / "tool",
        config=settings_of(model) | dict(option.split("=", 1) for option in options or []),
        seed=seed,
        checkpoint=out / "checkpoint",
        logs=out / "logs",
        progress=lambda done, total, text: typer.echo(f"{model}, seed {seed}: {text}", err=True),
    )
    seconds = time.perf_counter() - started
    scores = {}
    for dataset in datasets:
        tool = load_tool(artifact, threads=threads, item_map_checksum=dataset.item_map_checksum)
        scores[str(dataset.manifest.options["candidate_draw"])] = ranking_metrics(
            tool, of_prepared(dataset.path, part, candidates=True)
        )
    result = {
        "model": model,
        "seed": seed,
        "command": read_card(artifact).command,
        "part": part,
        "scores": scores,
        "seconds": _seconds_of_all_epochs(out / "logs") or seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "threads": threads,
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2), encoding="utf-8")
    partial.replace(out / RESULT)


def ranking_metrics(tool: RuntimeTool, asked: AskedQueries) -> dict[str, float]:
    """HR and NDCG over all lists; ties in their middle."""
    ranks = np.empty(len(asked.targets))
    for chunk in tool.score_chunks(asked.queries):
        ranks[chunk.rows] = target_ranks(chunk.scores, asked.targets[chunk.rows])
    values = {f"{name}@{k}": metric(ranks, k=k) for k in CUTOFFS for name, metric in (("HR", hit_rate), ("NDCG", ndcg))}
    return {name: float(np.mean(found)) for name, found in values.items()}


def _seconds_of_all_epochs(logs: Path) -> float:
    """What training took, also where it was killed and went on; 0 for a model without epochs."""
    return float(sum(pl.read_csv(log)["seconds"].sum() for log in logs.glob("*.csv")))


if __name__ == "__main__":
    typer.run(run)
