"""`rr-tools train`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rr_tools.artifact import read_card
from rr_tools.commands.options import (
    DataFolder,
    Features,
    Json,
    ModelName,
    Seed,
    Settings,
    Until,
    read_data,
    read_settings,
)
from rr_tools.commands.output import numbers, print_json, progress_bar
from rr_tools.errors import ConfigError
from rr_tools.training import train as train_model


def train(
    name: ModelName,
    data_dir: DataFolder,
    *,
    out: Annotated[Path, typer.Option(help="Folder of the artifact to write.")],
    seed: Seed = 0,
    settings: Settings = None,
    until: Annotated[Until, typer.Option(help="Last part that is trained on.")] = Until.TRAIN,
    features: Features = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Folder to keep the state in, and to go on from.")] = None,
    logs: Annotated[Path | None, typer.Option(help="Folder for the figures of every epoch, as CSV.")] = None,
    tensorboard: Annotated[bool, typer.Option(help="Write TensorBoard's event files to --logs too.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model on a prepared dataset. Called again with the same --checkpoint, a killed training goes on."""
    if tensorboard and logs is None:
        raise ConfigError("--tensorboard needs --logs DIR: there the event files go")
    config = read_settings(settings)
    data = read_data(name, data_dir, features, until=until.value)
    with progress_bar(f"training {name}") as progress:
        train_model(
            name,
            data,
            out=out,
            config=config,
            seed=seed,
            progress=progress,
            checkpoint=checkpoint,
            logs=logs,
            tensorboard=tensorboard,
        )
    card = read_card(out)
    if as_json:
        print_json(asdict(card))
    else:
        typer.echo(f"{out}: {numbers(card.metrics)}")
