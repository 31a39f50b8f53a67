"""`rr-tools card`."""

from __future__ import annotations

from dataclasses import asdict

import typer

from rr_tools.artifact import read_card
from rr_tools.commands.options import ArtifactFolder, Json
from rr_tools.commands.output import numbers, print_json


def card(artifact: ArtifactFolder, *, as_json: Json = False) -> None:
    """Show what a trained tool says about itself."""
    content = asdict(read_card(artifact))
    if as_json:
        print_json(content)
        return
    content["calibration"] = "none" if content["calibration"] is None else content["calibration"]["event"]
    for key, value in content.items():
        typer.echo(f"{key:<18} {numbers(value) if isinstance(value, dict) else value}")
