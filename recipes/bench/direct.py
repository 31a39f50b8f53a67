"""The bench `direct`: user models on stored candidate lists, against what the paper prints, and against counting."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recipes.bench.direct_run import CUTOFFS, RESULT
from recipes.bench.direct_settings import CANDIDATES, COUNTING, DIRECT, DRAWS, PRINTED, seeds_of
from recipes.bench.tools_data import prepared
from rr_data.interfaces import PreparedDataset
from rr_eval import hit_rate, ndcg

METRICS = ("HR@5", "NDCG@5", "HR@10", "NDCG@10")
Result = Mapping[str, Any]
HEAD = [
    "# Direct recommendation",
    "",
    f"Every user's test item is ranked among {CANDIDATES - 1} items that the user has in no part, drawn once and",
    "stored; ties in their middle. All tools see the training part only. `bpr`, `bpr-mlp` and `lightgcn` know the user",
    "and no history, and stop on validation items among drawn ones; `itemknn`, `ease` and `item-transition` read",
    "everything before the test item. Means over seeds, with their standard deviation. Printed: the paper's table 1,",
    "direct recommendation. The paper does not say how its lists were drawn, so they are drawn in two ways; a tool is",
    "trained once for both, and its options were chosen on the validation items, lists drawn uniformly.",
    "",
]
DRAWN = {
    "uniform": "All items alike. To know what is popular is then half of it: compare `popularity`.",
    "popularity": "In proportion to the items' training interactions, which takes that away.",
}


def direct(
    data: Annotated[list[Path], typer.Option(help="A folder of raw sequences, or a prepared dataset; repeatable.")],
    models: Annotated[str, typer.Option(help="Names of tools, separated by commas.")] = ",".join((*DIRECT, *COUNTING)),
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 0 on, of the tools that draw.")] = 3,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/direct"
    ),
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("docs/results/direct.md"),
) -> None:
    """Train tools and rank every user's candidates with them. Killed, it goes on where it was."""
    command = shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
    sections: list[str] = []
    for folder in data:
        datasets = _datasets(folder, cache)
        found = []
        for model in models.split(","):
            for seed in range(seeds_of(model, seeds)):
                target = cache / folder.name / model / str(seed)
                if not (target / RESULT).exists():
                    _train(model, seed, target, [dataset.path for dataset in datasets.values()])
                found.append(json.loads((target / RESULT).read_text(encoding="utf-8")))
        by_chance = {draw: chance(_sizes(dataset)) for draw, dataset in datasets.items()}
        sections += section(folder.name, found, by_chance)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("\n".join([*HEAD, f"`{command}`", "", *sections]), encoding="utf-8")
    typer.echo(out.read_text(encoding="utf-8"))


def section(name: str, found: Sequence[Result], by_chance: Mapping[str, Mapping[str, float]]) -> list[str]:
    """One set: a table for each way of drawing, and what the tools were trained with."""
    models = _by_model(found)
    lines = [f"## {name}", ""]
    for draw, chances in by_chance.items():
        lines += [f"### Drawn by {draw}" if draw != "uniform" else "### Drawn uniformly", "", DRAWN[draw], ""]
        lines += ["| tool | seeds | " + " | ".join(METRICS) + " | printed HR@5 / NDCG@5 | minutes | GB |"]
        lines += ["|---|---|" + "---|" * (len(METRICS) + 3)]
        lines += [_row(model, results, draw, PRINTED.get(name, {})) for model, results in models.items()]
        lines += [f"| chance | | {' | '.join(f'{chances[metric]:.4f}' for metric in METRICS)} | | | |", ""]
    commands = (f"- `{results[0]['command']}`" for results in models.values())
    return [*lines, "Trained with:", "", *commands, ""]


def chance(sizes: Iterable[int]) -> dict[str, float]:
    """The metrics of an order that is drawn, in the mean over lists of these sizes."""
    places = [np.arange(1, size + 1) for size in sizes]
    metrics = {"HR": hit_rate, "NDCG": ndcg}
    return {
        f"{name}@{k}": statistics.mean(float(metric(ranks, k=k).mean()) for ranks in places)
        for k in CUTOFFS
        for name, metric in metrics.items()
    }


def _datasets(folder: Path, cache: Path) -> dict[str, PreparedDataset]:
    """The dataset by how its candidates were drawn: once each, or what a prepared one has."""
    opened = [prepared(folder, cache, candidates=CANDIDATES, draw=draw) for draw in DRAWS]
    datasets = {str(dataset.manifest.options["candidate_draw"]): dataset for dataset in opened}
    if any(dataset.candidates("test") is None for dataset in datasets.values()):
        raise typer.BadParameter(f"{folder} has no candidates; prepare it again with --candidates {CANDIDATES}")
    return datasets


def _sizes(dataset: PreparedDataset) -> list[int]:
    lists = dataset.candidates("test")
    return [] if lists is None else lists["items"].list.len().to_list()


def _row(model: str, found: Sequence[Result], draw: str, printed: Mapping[str, tuple[float, float]]) -> str:
    cells = [_mean(result["scores"][draw][metric] for result in found) for metric in METRICS]
    paper = " / ".join(f"{value:.4f}" for value in printed.get(model, ()))
    minutes = statistics.mean(result["seconds"] for result in found) / 60
    memory = max(result["peak_bytes"] for result in found) / 1e9
    return f"| {model} | {len(found)} | {' | '.join(cells)} | {paper} | {minutes:.1f} | {memory:.2f} |"


def _mean(values: Iterable[float]) -> str:
    numbers = list(values)
    spread = f" ± {statistics.stdev(numbers):.4f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.4f}{spread}"


def _by_model(rows: Sequence[Result]) -> dict[str, list[Result]]:
    return {model: [row for row in rows if row["model"] == model] for model in dict.fromkeys(r["model"] for r in rows)}


def _train(model: str, seed: int, out: Path, data: Sequence[Path]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    arguments = [model, str(seed), str(out), *map(str, data)]
    done = subprocess.run([sys.executable, "-m", "recipes.bench.direct_run", *arguments], check=False)
    if done.returncode:
        typer.echo(f"error: {model} failed on {data[0]}; run the same command again to go on", err=True)
        raise typer.Exit(done.returncode if done.returncode > 0 else 1)
