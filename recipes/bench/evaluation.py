"""The bench `evaluation`: rr-eval against ranx and torchmetrics, and on 20 million rows of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recipes.bench.evaluation_data import predictions_file
from recipes.bench.evaluation_step import CANDIDATES, CUTS, QUERIES
from recipes.bench.measure import Measured, measured, smallest

_STEP = "recipes.bench.evaluation_step"


def evaluation(
    ranx_python: Annotated[
        Path | None, typer.Option(help="A Python that has ranx; without it ranx is left out.")
    ] = None,
    torchmetrics: Annotated[bool, typer.Option(help="Measure torchmetrics, which takes minutes.")] = True,
    rows: Annotated[int, typer.Option(min=2, help="Rows of the table that is streamed.")] = 20_000_000,
    repeats: Annotated[int, typer.Option(min=1, help="Runs; the least times count.")] = 3,
    cache: Annotated[Path, typer.Option(help="Where the generated table is kept.")] = Path("out/bench/evaluation"),
) -> None:
    """Time HR and NDCG at 5 and 10, and score a large predictions table."""

    def least(step: str, **options: str) -> Measured:
        return smallest([measured(_STEP, step, **options) for _ in range(repeats)])

    found = {"rr-eval, from scores": least("rr-eval"), "rr-eval, from a predictions table": least("table")}
    if ranx_python is not None:
        found["ranx, compiled and sorted before"] = least("ranx", python=str(ranx_python))
    if torchmetrics:
        found["torchmetrics, from flat tensors"] = measured(_STEP, "torchmetrics")
    typer.echo(f"{QUERIES:,} queries x {CANDIDATES} candidates, HR and NDCG at {' and '.join(map(str, CUTS))}:\n")
    typer.echo("| library | processor seconds | wall seconds | peak GB |\n|---|---|---|---|")
    for name, run in found.items():
        typer.echo(f"| {name} | {run.cpu:.3f} | {run.seconds:.3f} | {run.peak / 1e9:.2f} |")
    path = predictions_file(cache, rows=rows)
    run = measured(_STEP, "stream", str(path))
    typer.echo(
        f"\n{rows:,} rows ({path.stat().st_size / 1e9:.2f} GB) scored and compared in {run.seconds:.0f} s "
        f"({run.cpu:.0f} processor seconds), peak {run.peak / 1e9:.2f} GB"
    )
