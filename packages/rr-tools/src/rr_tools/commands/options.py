"""Arguments and options that commands share, and how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from rr_tools.errors import ConfigError
from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.item_features import read_features
from rr_tools.registry import get_model
from rr_tools.training_data import TrainingData

ArtifactFolder = Annotated[Path, typer.Argument(help="A tool artifact.")]
DataFolder = Annotated[Path, typer.Argument(help="A prepared dataset, see `rr-data prepare`.")]
Features = Annotated[Path | None, typer.Option(help="NumPy file of item features, a row an item code.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelName = Annotated[str, typer.Argument(help="A model, see `rr-tools list`.")]
Seed = Annotated[int, typer.Option(help="Seed of the training.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, an option; repeatable.")]


class Until(StrEnum):
    """The last part of a prepared dataset that is trained on."""

    TRAIN = "train"
    VALIDATION = "validation"


def read_settings(texts: Sequence[str] | None) -> dict[str, str]:
    """Read what `--set` was given.

    Raises:
        ConfigError: one is not KEY=VALUE.
    """
    return dict(_setting(text) for text in texts or [])


def read_data(
    name: str, folder: Path, features: Path | None, *, until: Literal["train", "validation"] = "train"
) -> TrainingData | ExplanationData:
    """Read a prepared dataset as the model takes it, with the item features of a file where one is given.

    Raises:
        ConfigError: features are given to a model that explains.
    """
    data = get_model(name).data_type.from_prepared(folder, until=until)
    if features is None:
        return data
    if isinstance(data, ExplanationData):
        raise ConfigError(f"{name} learns from texts and reads no item features; leave --features out")
    return replace(data, features=read_features(features))


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {text!r} is not KEY=VALUE, such as --set epochs=20")
    return key.strip(), value.strip()
