"""The bench `tools`: every tool on every set, full catalogue, against what was published."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from recipes.bench.page import write_below
from recipes.bench.tools_data import prepared
from recipes.bench.tools_run import RESULT
from recipes.bench.tools_settings import PUBLISHED, seeds_of

MODELS = "popularity,item-transition,itemknn,ease,text-knn,attribute-knn,bpr,sasrec,s3rec,lightsans,nextitnet"
METRICS = ("HR@5", "NDCG@5", "HR@10", "NDCG@10")
Result = Mapping[str, Any]


def tools(
    data: Annotated[list[Path], typer.Option(help="A prepared dataset, or a folder of raw sequences; repeatable.")],
    models: Annotated[str, typer.Option(help="Names of tools, separated by commas.")] = MODELS,
    seeds: Annotated[
        int, typer.Option(min=1, help="Seeds, from 0 on, of the tools that train in minutes; the slow ones have one.")
    ] = 3,
    features: Annotated[Path | None, typer.Option(help="NumPy file of item features, for the tools `+v`.")] = None,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/tools"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/tools.md"
    ),
) -> None:
    """Train tools and score them on every user's test item. Killed, it goes on where it was."""
    results: dict[str, list[Result]] = {}
    for folder in data:
        dataset = prepared(folder, cache)
        found = results.setdefault(folder.name, [])
        for model in models.split(","):
            for seed in range(seeds_of(model, seeds)):
                target = cache / folder.name / model / str(seed)
                if not (target / RESULT).exists():
                    _train(dataset.path, model, seed, target, features if model.endswith("+v") else None)
                found.append(json.loads((target / RESULT).read_text(encoding="utf-8")))
        write_below(out, page(results, _command()), title="Tools")
    typer.echo(page(results, _command()))


def page(results: Mapping[str, Sequence[Result]], command: str) -> str:
    """The page of the results: one table a set, one row a tool, means over its seeds."""
    lines = [
        f"`{command}`: leave-one-out, every user's test item ranked against the full catalogue, items of the history",
        "masked, ties in their middle. Trained tools see the training part and stop on NDCG@5 of the validation items;",
        "counting tools count everything but the test items. Histories hold everything before the test item.",
        "",
    ]
    for name, rows in results.items():
        lines += [f"## {name}", "", "| tool | seeds | " + " | ".join(METRICS) + " | published HR@5 | minutes | GB |"]
        lines += ["|---|---|" + "---|" * (len(METRICS) + 3)]
        lines += [_row(model, found, PUBLISHED.get(name, {})) for model, found in _by_model(rows)]
        lines += ["", "Trained with:", ""]
        lines += [f"- `{found[0]['command']}`" for _, found in _by_model(rows)]
        lines += [""]
    return "\n".join(lines)


def _row(model: str, found: Sequence[Result], published: Mapping[str, float]) -> str:
    cells = [_mean(result["test"][metric] for result in found) for metric in METRICS]
    minutes = statistics.mean(result["seconds"] for result in found) / 60
    memory = max(result["peak_bytes"] for result in found) / 1e9
    printed = f"{published[model]:.4f}" if model in published else ""
    return f"| {model} | {len(found)} | {' | '.join(cells)} | {printed} | {minutes:.1f} | {memory:.2f} |"


def _mean(values: Iterable[float]) -> str:
    numbers = list(values)
    spread = f" ± {statistics.stdev(numbers):.4f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.4f}{spread}"


def _by_model(rows: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    models = dict.fromkeys(row["model"] for row in rows)
    return [(model, [row for row in rows if row["model"] == model]) for model in models]


def _train(data: Path, model: str, seed: int, out: Path, features: Path | None) -> None:
    out.mkdir(parents=True, exist_ok=True)
    arguments = [str(data), model, str(seed), str(out)]
    if features is not None:
        arguments += ["--features", str(features)]
    done = subprocess.run([sys.executable, "-m", "recipes.bench.tools_run", *arguments], check=False)
    if done.returncode:
        typer.echo(f"error: {model} failed on {data}; run the same command again to go on", err=True)
        raise typer.Exit(done.returncode if done.returncode > 0 else 1)


def _command() -> str:
    return shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
