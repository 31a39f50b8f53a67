"""`rr-tools tune`."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rr_tools.commands.options import DataFolder, Features, Json, ModelName, Seed, Settings, read_data, read_settings
from rr_tools.commands.output import print_json, progress_bar
from rr_tools.tuning import tune as search


def tune(
    name: ModelName,
    data_dir: DataFolder,
    *,
    trials: Annotated[int, typer.Option(min=1, help="Trials in all, those already in --storage included.")] = 20,
    timeout: Annotated[float | None, typer.Option(help="Seconds after which no further trial begins.")] = None,
    storage: Annotated[Path | None, typer.Option(help="SQLite file to keep the trials in, and to go on from.")] = None,
    seed: Seed = 0,
    settings: Settings = None,
    features: Features = None,
    as_json: Json = False,
) -> None:
    """Search a model's options; the validation items decide. Options given with --set are not searched."""
    data = read_data(name, data_dir, features)
    with progress_bar(f"tuning {name}") as progress:
        result = search(
            name,
            data,
            trials=trials,
            timeout=timeout,
            storage=storage,
            config=read_settings(settings),
            seed=seed,
            progress=progress,
        )
    chosen = [f"--set {key}={value}" for key, value in result.options.items()]
    shown = [] if features is None else ["--features", shlex.quote(str(features))]
    place = shlex.quote(str(data_dir))
    command = " ".join(["rr-tools", "train", name, place, "--out", "OUT", "--seed", str(seed), *shown, *chosen])
    if as_json:
        print_json({**asdict(result), "command": command})
        return
    typer.echo(f"best of {result.trials} trials ({result.pruned} pruned): {result.score:.4f} on the validation items")
    typer.echo(command)
