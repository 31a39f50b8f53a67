"""`rr-tools export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rr_tools.commands.options import ArtifactFolder, Json
from rr_tools.commands.output import print_json
from rr_tools.export.copying import export_artifact


def export(
    artifact: ArtifactFolder,
    *,
    out: Annotated[Path, typer.Option(help="Folder of the copy.")],
    again: Annotated[bool, typer.Option(help="Export the network again from its tensors (extra `train`).")] = False,
    as_json: Json = False,
) -> None:
    """Copy a tool and check that the copy answers the same."""
    report = export_artifact(artifact, out, again=again)
    if as_json:
        print_json(asdict(report))
        return
    how = "exported again" if report.exported_again else "copied"
    typer.echo(f"{out}: {how}; {report.queries:,} queries, largest difference {report.largest_difference:.1e}")
