"""The bench `ctr`: every click-through model on clicks with drawn negatives, beside its peer where there is one."""

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

from recipes.bench.ctr_data import prepared
from recipes.bench.ctr_peer_results import peer_results
from recipes.bench.ctr_run import RESULT
from recipes.bench.ctr_settings import BUDGET, OF_SET, SETTINGS
from recipes.bench.page import write_below

Result = Mapping[str, Any]
Scores = Mapping[str, Sequence[Mapping[str, float]]]
COLUMNS = (
    "model",
    "seeds",
    "AUC",
    "LogLoss",
    "peer's AUC",
    "peer's LogLoss",
    "ahead by",
    "within",
    "epochs",
    "min",
    "GB",
)
TITLE = "Click-through models"
MOST_AUC, MOST_LOGLOSS = 0.005, 0.01


def ctr(
    data: Annotated[list[Path], typer.Option(help="A prepared dataset, or a folder of raw sequences; repeatable.")],
    models: Annotated[str, typer.Option(help="Names of models, separated by commas.")] = ",".join(SETTINGS),
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each model, from 0 on.")] = 2,
    peer: Annotated[Path | None, typer.Option(help="Folder with DATASET/*.csv, the results of the peer.")] = None,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/ctr"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its first table is kept.")] = Path(
        "docs/results/ctr.md"
    ),
) -> None:
    """Train click-through models and score them on the test rows. Killed, it goes on where it was."""
    tables = []
    for folder in data:
        dataset = prepared(folder, cache)
        found = []
        for model in models.split(","):
            for seed in range(seeds):
                target = cache / folder.name / model / str(seed)
                if not (target / RESULT).exists():
                    _train(dataset.path, model, seed, target)
                found.append(json.loads((target / RESULT).read_text(encoding="utf-8")))
        theirs = peer_results(peer / folder.name) if peer is not None else {}
        tables.append(table(folder.name, found, theirs))
        write_below(out, "\n".join([f"`{_command()}`", "", f"Budget of all: {_budget()}.", "", *tables]), title=TITLE)
    typer.echo("\n".join(tables))


def table(name: str, results: Sequence[Result], peers: Scores) -> str:
    """The results of one set: one row a model, means over its seeds, and how far its peer is."""
    lines = [
        f"## {name}",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---" * len(COLUMNS) + "|",
    ]
    for model, found in _by_model(results):
        lines.append(_row(model, found, peers.get(model, ())))
    return "\n".join([*lines, ""])


def _row(model: str, found: Sequence[Result], peers: Sequence[Mapping[str, float]]) -> str:
    auc, logloss = (_mean(result["test"][metric] for result in found) for metric in ("auc", "logloss"))
    cells = [model, str(len(found)), f"{auc:.4f}", f"{logloss:.4f}"]
    if peers:
        their_auc, their_logloss = (_mean(scores[metric] for scores in peers) for metric in ("auc", "logloss"))
        near = auc - their_auc >= -MOST_AUC and logloss - their_logloss <= MOST_LOGLOSS
        cells += [f"{their_auc:.4f}", f"{their_logloss:.4f}", f"{auc - their_auc:+.4f}", "yes" if near else "no"]
    else:
        cells += ["", "", "", ""]
    minutes = _mean(result["seconds"] for result in found) / 60
    memory = max(result["peak_bytes"] for result in found) / 1e9
    cells += [f"{_mean(result['epochs'] for result in found):.0f}", f"{minutes:.1f}", f"{memory:.2f}"]
    return f"| {' | '.join(cells)} |"


def _budget() -> str:
    """The options of all models, and of all on one set."""
    told = {"": BUDGET, **{f"; on {name}: ": own for name, own in OF_SET.items()}}
    return "".join(name + ", ".join(f"{key} {value}" for key, value in part.items()) for name, part in told.items())


def _by_model(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result["model"], []).append(result)
    return list(found.items())


def _mean(values: Iterable[float]) -> float:
    return statistics.mean(values)


def _train(data: Path, model: str, seed: int, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "recipes.bench.ctr_run", str(data), model, str(seed), str(target)]
    subprocess.run(command, check=True)


def _command() -> str:
    return shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
