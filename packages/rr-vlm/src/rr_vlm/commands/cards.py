"""`rr-vlm card` and `push`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import rr_vlm
from rr_vlm.errors import ArtifactError

Reasoner = Annotated[Path, typer.Argument(help="A reasoner's folder.")]
Metrics = Annotated[Path | None, typer.Option(help="JSON: test metrics by name, for the model card.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def card(
    folder: Reasoner,
    write: Annotated[bool, typer.Option("--write", help="Write the model card, README.md, to the folder.")] = False,
    metrics: Metrics = None,
    as_json: Json = False,
) -> None:
    """Show how a reasoner was made, or write its model card."""
    if write:
        typer.echo(str(rr_vlm.write_model_card(folder, _metrics(metrics))))
        return
    content = {k: v for k, v in rr_vlm.read_card(folder).items() if k not in ("titles", "categories", "checksums")}
    if as_json:
        typer.echo(json.dumps(content))
        return
    for key, value in content.items():
        typer.echo(f"{key:<26} {json.dumps(value) if isinstance(value, dict | list) else value}")


def push(
    folder: Reasoner,
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on the Hugging Face hub.")],
    public: Annotated[bool, typer.Option("--public", help="Create a public repository.")] = False,
    metrics: Metrics = None,
) -> None:
    """Upload a reasoner with its model card to the Hugging Face hub."""
    typer.echo(rr_vlm.push_to_hub(folder, repository, private=not public, metrics=_metrics(metrics)))


def _metrics(file: Path | None) -> dict[str, float] | None:
    if file is None:
        return None
    try:
        return {str(name): float(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ArtifactError(f"{file}: not a JSON object of numbers by name: {error}") from error
