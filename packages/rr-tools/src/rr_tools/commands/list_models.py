"""`rr-tools list`."""

from __future__ import annotations

import typer

from rr_tools.commands.options import Json
from rr_tools.commands.output import print_json
from rr_tools.registry import summaries


def list_models(*, as_json: Json = False) -> None:
    """List the models that can be trained."""
    lines = summaries()
    if as_json:
        print_json(lines)
        return
    width = max(map(len, lines))
    for name, summary in lines.items():
        typer.echo(f"{name:<{width}}  {summary}")
