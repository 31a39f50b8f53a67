"""A tool served without torch, in a process of its own: `-m recipes.bench.tools_speed_serve TOOL QUERIES OUT`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import typer

from recipes.bench.tools_speed_queries import TOP, read_queries, single
from rr_tools import load_tool

SINGLE_QUERIES = 1000


def serve(tool_folder: Path, queries_file: Path, out: Path) -> None:
    """Ask every query alone and write times, scores and rankings; fails if torch was imported."""
    tool = load_tool(tool_folder, threads=1)
    queries = read_queries(queries_file)
    times = []
    for row in range(min(SINGLE_QUERIES, len(queries.users))):
        one = single(queries, row)
        started = time.perf_counter()
        tool.rank(one, TOP)
        times.append(1e3 * (time.perf_counter() - started))
    ranking = tool.rank(queries, TOP)
    np.savez(out.with_suffix(".npz"), scores=tool.scores(queries), items=ranking.items)
    report = {
        "p50_ms": float(np.percentile(times, 50)),
        "p99_ms": float(np.percentile(times, 99)),
        "queries": len(times),
        "heavy": sorted({"torch", "recbole", "lightning", "pandas", "rr_data"} & set(sys.modules)),
    }
    out.write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    typer.run(serve)
