"""The bench `vlm-tasks`: one embedded reasoner for sequential rows, stored candidates and clicks."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from recipes.bench.page import write_below
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_settings import REASONREC
from recipes.bench.vlm_tasks_run import ANSWERS, RESULT
from rr_eval import auc, bootstrap_interval, ece, hit_rate, log_loss, ndcg

CANDIDATES, NEGATIVES = 100, 4
WAYS = {"yes": "P(yes)", "distribution": "its distribution over items"}
KINDS = {"raw": "as tuned", "calibrated": "calibrated on validation clicks"}
Columns = Mapping[str, NDArray[Any]]


def vlm_tasks(
    data: Annotated[
        list[Path],
        typer.Option(help="A folder of raw sequences, or a dataset prepared with candidates and clicks; repeatable."),
    ],
    steps: Annotated[int, typer.Option(min=1, help="Optimizer steps.")] = REASONREC.steps,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/vlm"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/vlm_tasks.md"
    ),
) -> None:
    """Tune a reasoner on a mixture of three tasks; rank stored candidates and predict clicks with it."""
    lines = [f"`{shlex.join(['nox', '-s', 'bench', '--', *sys.argv[1:]])}`", ""]
    for folder in data:
        dataset = prepared(folder, cache, candidates=CANDIDATES, negatives=NEGATIVES).path
        target = cache / folder.name / f"tasks-{steps}-0"
        if not (target / RESULT).exists():
            arguments = [str(dataset), str(cache / folder.name / "tools"), str(target), "--steps", str(steps)]
            done = subprocess.run([sys.executable, "-m", "recipes.bench.vlm_tasks_run", *arguments], check=False)
            if done.returncode:
                typer.echo(f"error: failed on {folder}; run the same command again to go on", err=True)
                raise typer.Exit(done.returncode if done.returncode > 0 else 1)
        result = json.loads((target / RESULT).read_text(encoding="utf-8"))
        with np.load(target / ANSWERS) as stored:
            lines += section(folder.name, result, {name: stored[name] for name in stored.files})
    write_below(out, "\n".join(lines), title="The reasoner's other tasks")
    typer.echo("\n".join(lines))


def section(name: str, result: Mapping[str, Any], columns: Columns) -> list[str]:
    """One set."""
    minutes, labels = result["training_seconds"] / 60, columns["ctr|label"]
    lines = [f"## {name}", "", f"`{result['command']}`: {result['rows']:,} rows, {minutes:.0f} minutes on one thread."]
    lines += ["", f"{len(columns['direct|yes']):,} test users, {CANDIDATES} stored candidates, drawn uniformly:", ""]
    lines += ["| ranked by | HR@5 | 95 % | NDCG@5 | HR@10 | NDCG@10 |", "|---|---|---|---|---|---|"]
    for way, told in WAYS.items():
        ranks = columns[f"direct|{way}"]
        hits = bootstrap_interval(hit_rate(ranks, k=5), seed=0)
        cells = [f"{hits.mean:.4f}", f"{hits.low:.4f} to {hits.high:.4f}", f"{ndcg(ranks, k=5).mean():.4f}"]
        cells += [f"{hit_rate(ranks, k=10).mean():.4f}", f"{ndcg(ranks, k=10).mean():.4f}"]
        lines.append(f"| {told} | {' | '.join(cells)} |")
    lines += ["", f"{len(labels):,} test clicks and negatives, {labels.mean():.0%} clicks:", ""]
    lines += ["| probabilities | AUC | LogLoss | ECE |", "|---|---|---|---|"]
    for kind, told in KINDS.items():
        sure = columns[f"ctr|{kind}"]
        figures = (auc(labels, sure), log_loss(labels, sure).mean(), ece(sure, labels))
        lines.append(f"| {told} | {' | '.join(f'{figure:.4f}' for figure in figures)} |")
    return [*lines, ""]
