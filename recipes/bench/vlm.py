"""The bench `vlm`: the embedded reasoner alone and consulting, its ablations, its confidence, and wrong tools."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from recipes.bench.page import write_below
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_page import Run, page
from recipes.bench.vlm_run import RESULT
from recipes.bench.vlm_settings import REASONREC, VARIANTS

MAIN = "reasonrec"


def vlm(
    data: Annotated[list[Path], typer.Option(help="A folder of raw sequences, or a prepared dataset; repeatable.")],
    steps: Annotated[int, typer.Option(min=1, help="Optimizer steps of the long schedule.")] = REASONREC.steps,
    short: Annotated[int, typer.Option(min=0, help="Steps of the short one; 0 leaves out what uses it.")] = 500,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 0 on, of the short schedule.")] = 3,
    users: Annotated[int, typer.Option(min=1, help="Test users, drawn, on which the short one is measured.")] = 6000,
    ablations: Annotated[bool, typer.Option("--ablations/--no-ablations", help="On the first set.")] = True,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/vlm"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/vlm.md"
    ),
) -> None:
    """Tune reasoners and ask them for every user's test item. Killed, it goes on where it was."""
    long: dict[str, Run] = {}
    spread: list[Run] = []
    changed: list[Run] = []
    command = shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
    for place, folder in enumerate(data):
        dataset = prepared(folder, cache).path
        home = cache / folder.name
        long[folder.name] = _run(dataset, home, MAIN, 0, steps)
        write_below(out, page(long, spread, changed, command), title="The reasoner")
        if place or not short:
            continue
        for seed in range(seeds):
            spread.append(_run(dataset, home, MAIN, seed, short, users))
        for variant in VARIANTS if ablations else ():
            if variant != MAIN:
                changed.append(_run(dataset, home, variant, 0, short, users))
        write_below(out, page(long, spread, changed, command), title="The reasoner")
    typer.echo(page(long, spread, changed, command))


def _run(dataset: Path, home: Path, variant: str, seed: int, steps: int, users: int | None = None) -> Run:
    target = home / f"{variant.replace(' ', '-')}-{steps}-{seed}"
    if not (target / RESULT).exists():
        arguments = [str(dataset), str(home / "tools"), str(target)]
        arguments += ["--variant", variant, "--seed", str(seed), "--steps", str(steps)]
        arguments += [] if users is None else ["--users", str(users)]
        done = subprocess.run([sys.executable, "-m", "recipes.bench.vlm_run", *arguments], check=False)
        if done.returncode:
            typer.echo(f"error: {variant} failed on {dataset}; run the same command again to go on", err=True)
            raise typer.Exit(done.returncode if done.returncode > 0 else 1)
    return Run.read(target)
