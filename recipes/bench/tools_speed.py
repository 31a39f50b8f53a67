"""The bench `tools-speed`: what a trained tool costs to ask, against torch in the same run."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from recipes.bench.page import write_below
from recipes.bench.tools_speed_queries import write_queries
from rr_tools.artifact import read_card

SLOWEST = {"sequence": 3.0, "neighbors": 1.0}  # p50 of one query in milliseconds, by scorer
LARGEST_DIFFERENCE = 1e-4
LEAST_GAIN = 2.0
Result = Mapping[str, Any]


def tools_speed(
    artifacts: Annotated[list[Path], typer.Argument(help="Tool artifacts.")],
    data: Annotated[Path, typer.Option(help="The prepared dataset that they were trained on.")],
    queries: Annotated[int, typer.Option(min=256, help="Queries to ask.")] = 1000,
    seed: Annotated[int, typer.Option(help="Draws the queries.")] = 0,
    out: Annotated[Path, typer.Option(help="The page to write; what is above its table is kept.")] = Path(
        "docs/results/tools_speed.md"
    ),
) -> None:
    """Time one query and batches of 256 on one thread, without torch, and compare with torch."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "queries.npz"
        size = write_queries(data, file, queries, seed)
        results = []
        for artifact in artifacts:
            typer.echo(f"asking {artifact}", err=True)
            results.append(measure(artifact, file, Path(scratch)))
    write_below(out, page(results, size, data), title="Speed of the tools")
    typer.echo(page(results, size, data))


def measure(artifact: Path, queries: Path, scratch: Path) -> Result:
    """Ask one tool in a process without torch, then compare it with torch in another."""
    served, compared = scratch / "served.json", scratch / "compared.json"
    _run("recipes.bench.tools_speed_serve", artifact, queries, served)
    _run("recipes.bench.tools_speed_torch", artifact, queries, served.with_suffix(".npz"), compared)
    card = read_card(artifact)
    reports = (json.loads(file.read_text(encoding="utf-8")) for file in (served, compared))
    known: dict[str, Any] = {"name": card.name, "scorer": card.scorer, "flops": card.flops_per_query}
    for report in reports:
        known |= report
    return known


def page(results: Sequence[Result], queries: int, data: Path) -> str:
    """The page of the results, one row a tool."""
    command = shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
    lines = [
        f"`{command}`: {queries:,} queries of {data.name}, full catalogue, ten items each, one thread. One query at a",
        "time in a process that never imports torch; batches of 256 against eager torch, in turn in one process:",
        "the network as it was trained, on padded rows (neighbours: a sparse product), seen items masked,",
        "`torch.topk`, and the shares that a confidence is computed from; in brackets without these. The",
        "runtime's answers always have their confidence. Least processor time of 40 rounds.",
        "",
        "| tool | p50 ms | p99 ms | largest difference | same ten first | queries/s | torch | gain | missed |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(result) for result in results),
        "",
    ]
    return "\n".join(lines)


def missed(result: Result) -> list[str]:
    """What a tool does not reach."""
    points = {
        "imports " + ", ".join(result["heavy"]): bool(result["heavy"]),
        f"p50 {SLOWEST.get(result['scorer'], 0):g} ms": result["p50_ms"] > SLOWEST.get(result["scorer"], float("inf")),
    }
    if "rows" in result:
        points |= {
            "difference": not result["largest_difference"] <= LARGEST_DIFFERENCE,
            "same ten": result["same_top"] + result["near_ties"] < result["rows"],
            f"gain {LEAST_GAIN:g}": _gain(result, "eager_per_second") < LEAST_GAIN,
        }
    return [point for point, is_missed in points.items() if is_missed]


def _row(result: Result) -> str:
    cells = [result["name"], f"{result['p50_ms']:.2f}", f"{result['p99_ms']:.2f}"]
    if "rows" in result:
        ties = f" ({result['near_ties']} near ties)" if result["near_ties"] else ""
        cells += [
            f"{result['largest_difference']:.0e}",
            f"{result['same_top']:,} of {result['rows']:,}{ties}",
            f"{result['runtime_per_second']:,.0f}",
            f"{result['eager_per_second']:,.0f} ({result['eager_ranking_per_second']:,.0f})",
            f"{_gain(result, 'eager_per_second'):.1f} ({_gain(result, 'eager_ranking_per_second'):.1f})",
        ]
    else:
        cells += [""] * 5
    return f"| {' | '.join([*cells, ', '.join(missed(result))])} |"


def _gain(result: Result, over: str) -> float:
    return float(result["runtime_per_second"] / result[over])


def _run(module: str, *arguments: Path) -> None:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, **threads}, check=False)
    if done.returncode:
        typer.echo(f"error: {module} failed on {arguments[0]}", err=True)
        raise typer.Exit(1)
