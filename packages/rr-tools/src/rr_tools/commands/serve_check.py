"""`rr-tools serve-check`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from rr_tools.artifact import read_card
from rr_tools.commands.options import ArtifactFolder, Json
from rr_tools.commands.output import print_json
from rr_tools.runtime.explainer import TASK as EXPLANATION
from rr_tools.runtime.explainer import load_explainer
from rr_tools.runtime.explainer_check import check_explaining
from rr_tools.runtime.serve_check import check_serving
from rr_tools.runtime.tool import load_tool


def serve_check(
    artifact: ArtifactFolder,
    *,
    threads: Annotated[int, typer.Option(min=1, help="Threads a query may use.")] = 1,
    queries: Annotated[int, typer.Option(min=1, help="Queries to time.")] = 200,
    as_json: Json = False,
) -> None:
    """Load a tool without torch, ask it odd queries, and time ordinary ones."""
    if read_card(artifact).task == EXPLANATION:
        report = check_explaining(load_explainer(artifact, threads=threads), queries=queries)
    else:
        report = check_serving(load_tool(artifact, threads=threads), queries=queries)
    if as_json:
        print_json(asdict(report))
        return
    typer.echo(
        f"{artifact}: odd queries answered, torch not imported; p50 {report.p50_ms:.2f} ms, "
        f"p99 {report.p99_ms:.2f} ms, {report.batch_queries_per_second:,.0f} queries/s in a batch of 256"
    )
