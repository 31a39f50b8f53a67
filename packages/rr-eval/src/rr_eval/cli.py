"""The command line: `rr-eval score | compare | report`."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console

import rr_eval.report
from rr_eval import __version__
from rr_eval.comparison import compare
from rr_eval.errors import EvalError
from rr_eval.evaluation import DEFAULT_METRICS, evaluate
from rr_eval.groups import evaluate_by
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.terminal import comparison_table, evaluation_table, groups_table

app = typer.Typer(
    help="Score, compare and report recommendations from a predictions table (Parquet).",
    add_completion=False,
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Argument(help="A predictions table (Parquet).", show_default=False)]
Metrics = Annotated[str, typer.Option(help="Metrics, separated by commas: HR@k, NDCG@k, MRR, MRR@k.")]
Task = Annotated[str | None, typer.Option(help="The task to score, where the table holds several.")]
TiePolicy = Annotated[str, typer.Option(help="Place in a tie group: middle, optimistic or pessimistic.")]
Seed = Annotated[int, typer.Option(help="Seed of the bootstrap.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Bounds = Annotated[str, typer.Option(help="Systems that are limits, not contenders, separated by commas.")]

_METRICS = ",".join(DEFAULT_METRICS)
_PIPE_WIDTH = 160  # a file or pipe has no width of its own


@app.command()
def score(
    file: File,
    metrics: Metrics = _METRICS,
    by: Annotated[str | None, typer.Option(help="Score each value of this column by itself, such as group.")] = None,
    ties: TiePolicy = "middle",
    task: Task = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Print each system's metrics with bootstrap intervals."""
    names, policy = _names(metrics), cast("Ties", ties)
    with _working("Scoring"):
        predictions = Predictions.read(file)
        if by is None:
            evaluation = evaluate(predictions, metrics=names, seed=seed, task=task, ties=policy)
        else:
            groups = evaluate_by(predictions, by=by, metrics=names, seed=seed, task=task, ties=policy)
    if by is None:
        _print(evaluation.as_dict() if as_json else evaluation_table(evaluation))
    elif as_json:
        _print({"by": by, "groups": {name: part.as_dict() for name, part in groups.items()}})
    else:
        _print(groups_table(groups, by=by))


@app.command(name="compare")
def compare_command(
    file: File,
    reference: Annotated[str, typer.Option(help="The system to compare the others with.", show_default=False)],
    metrics: Metrics = _METRICS,
    bounds: Bounds = "",
    ties: TiePolicy = "middle",
    task: Task = None,
    alpha: Annotated[float, typer.Option(help="Level of significance.")] = 0.05,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Print each system's difference to a reference, with its significance."""
    with _working("Comparing"):
        predictions = Predictions.read(file)
        evaluation = evaluate(predictions, metrics=_names(metrics), seed=seed, task=task, ties=cast("Ties", ties))
        comparison = compare(evaluation, reference=reference, bounds=_names(bounds), alpha=alpha)
    _print(comparison.as_dict() if as_json else comparison_table(evaluation, comparison))


@app.command()
def report(
    file: File,
    out: Annotated[Path, typer.Option(help="The HTML file to write.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="The headline.")] = None,
    reference: Annotated[str | None, typer.Option(help="The system to compare the others with.")] = None,
    metrics: Metrics = _METRICS,
    bounds: Bounds = "",
    right_at: Annotated[int, typer.Option(help="An answer is right with the target among so many first items.")] = 1,
    ties: TiePolicy = "middle",
    task: Task = None,
    seed: Seed = 0,
) -> None:
    """Write a self-contained HTML page: results, routes, calibration."""
    render_report = rr_eval.report.render_report  # asks for the extra before the work starts
    with _working("Writing the report"):
        predictions = Predictions.read(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        provenance = rr_eval.report.Provenance(
            command=shlex.join(["rr-eval", *sys.argv[1:]]),
            seeds={"bootstrap": seed},
            details={"predictions": f"{file.name}, sha256 {digest[:16]}", "rr-eval": __version__},
        )
        page = rr_eval.report.report_from_predictions(
            predictions,
            title=title or f"Results of {file.stem}",
            provenance=provenance,
            seed=seed,
            metrics=_names(metrics),
            task=task,
            reference=reference,
            bounds=_names(bounds),
            right_at=right_at,
            ties=cast("Ties", ties),
        )
        render_report(page, out)
    typer.echo(f"wrote {out}", err=True)


def main() -> None:
    """Run the command line; a user's mistake ends with exit code 2 and one line."""
    try:
        code = app(standalone_mode=False)
    except EvalError as error:
        _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:
        # Usage errors are click's in older versions of typer and its own in newer ones; both have this method.
        if not hasattr(error, "format_message"):
            raise
        _fail(f"{error.format_message()} Try 'rr-eval --help'.")
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> None:
    typer.echo(f"rr-eval: {' '.join(message.split())}", err=True)
    sys.exit(2)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _working(message: str) -> Any:
    return Console(stderr=True).status(f"{message} ...")


def _print(content: Any) -> None:
    if isinstance(content, dict):
        typer.echo(json.dumps(content, indent=2, allow_nan=False))
    else:
        Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(content)
