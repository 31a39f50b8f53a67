"""The command line: `rr-eval score | compare | report | tables`."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console, Group

import rr_eval.report
from rr_eval import __version__
from rr_eval.catalogue import catalogue_use
from rr_eval.comparison import Comparison, compare
from rr_eval.errors import EvalError, InvalidArgumentError
from rr_eval.evaluation import Evaluation, evaluate, evaluate_by
from rr_eval.ranking.rank import Ties
from rr_eval.side_table import SideTable, Subject
from rr_eval.significance import Test
from rr_eval.sources.open_predictions import Opened, open_predictions
from rr_eval.tables import latex_table, markdown_table
from rr_eval.terminal import catalogue_table, comparison_table, evaluation_table, groups_table

app = typer.Typer(
    help="Score, compare and report recommendations: predictions tables (Parquet), TREC runs, CSV, RecBole's files.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


class TableFormat(StrEnum):
    """What `tables` writes."""

    MARKDOWN = "markdown"
    LATEX = "latex"
    JSON = "json"


Files = Annotated[
    list[Path],
    typer.Argument(help="Parquet, TREC run, CSV, TSV, .inter or JSON lines; several are joined.", show_default=False),
]
Metrics = Annotated[
    str | None,
    typer.Option(
        help="Separated by commas: HR@k NDCG@k Recall@k Precision@k MRR[@k] MAP[@k]; AUC GAUC LogLoss Brier; BLEU-1..4 "
        "sacreBLEU-1..4 ROUGE-1 ROUGE-2 ROUGE-L FMR. Default: two of the task's.",
        show_default=False,
    ),
]
Task = Annotated[str | None, typer.Option(help="sequential, direct, ctr or explanation, where there are several.")]
Relevant = Annotated[Path | None, typer.Option(help="Relevant items: TREC qrels, or rows of query or user and item.")]
TiePolicy = Annotated[str, typer.Option(help="Place in a tie group: middle, optimistic or pessimistic.")]
Seed = Annotated[int, typer.Option(help="Seed of the bootstrap.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Bounds = Annotated[str, typer.Option(help="Systems that are limits, not contenders, separated by commas.")]
TestName = Annotated[str, typer.Option(help="Where p-values come from: bootstrap or randomization.")]
Alpha = Annotated[float, typer.Option(help="Level of significance.")]

_PIPE_WIDTH = 160  # a file or pipe has no width of its own


@app.command()
def score(
    files: Files,
    metrics: Metrics = None,
    by: Annotated[str | None, typer.Option(help="Score each value of this column by itself, such as group.")] = None,
    users: Annotated[Path | None, typer.Option(help="Parquet with user_id: adds columns user.NAME for --by.")] = None,
    items: Annotated[Path | None, typer.Option(help="Parquet with item_id, count: adds item.NAME for --by.")] = None,
    catalogue_at: Annotated[int | None, typer.Option(help="Coverage, Gini, novelty at this k; needs --items.")] = None,
    relevant: Relevant = None,
    ties: TiePolicy = "middle",
    task: Task = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Print each system's metrics with bootstrap intervals; Parquet files may be larger than memory."""
    if catalogue_at is not None and items is None:
        raise InvalidArgumentError("--catalogue-at", catalogue_at, "also --items, the catalogue with counts")
    with _working("Scoring"):
        sides = {name: SideTable.read(path, subject=name) for name, path in _subjects(users, items)}
        opened = open_predictions(files, relevant=relevant, task=task, sides=list(sides.values()) if by else ())
        policy, names = cast("Ties", ties), _names(metrics)
        if by is None:
            found = _noted(evaluate(opened, metrics=names, seed=seed, task=task, ties=policy), opened)
            output, view = found.as_dict(), evaluation_table(found)
        else:
            groups = evaluate_by(opened, by=by, metrics=names, seed=seed, task=task, ties=policy)
            groups = {name: _noted(part, opened) for name, part in groups.items()}
            output, view = (
                {"by": by, "groups": {n: part.as_dict() for n, part in groups.items()}},
                groups_table(groups, by),
            )
        if catalogue_at is not None:
            use = catalogue_use(opened, sides["item"], k=catalogue_at, task=task)
            output |= {
                "catalogue": {"k": catalogue_at, "systems": {name: part.as_dict() for name, part in use.items()}}
            }
            view = Group(view, catalogue_table(use, k=catalogue_at))
    _print(output if as_json else view)


@app.command(name="compare")
def compare_command(
    files: Files,
    reference: Annotated[str, typer.Option(help="The system to compare the others with.", show_default=False)],
    metrics: Metrics = None,
    bounds: Bounds = "",
    relevant: Relevant = None,
    ties: TiePolicy = "middle",
    task: Task = None,
    test: TestName = "bootstrap",
    alpha: Alpha = 0.05,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Print each system's difference to a reference, with its significance."""
    with _working("Comparing"):
        opened = open_predictions(files, relevant=relevant, task=task)
        evaluation, comparison = _compared(opened, metrics, seed, task, ties, reference, bounds, alpha, test)
    _print(comparison.as_dict() if as_json else comparison_table(evaluation, comparison))


@app.command()
def tables(
    files: Files,
    reference: Annotated[str | None, typer.Option(help="Star what differs from this system.")] = None,
    metrics: Metrics = None,
    bounds: Bounds = "",
    style: Annotated[TableFormat, typer.Option("--format", help="What to write.")] = TableFormat.MARKDOWN,
    relevant: Relevant = None,
    ties: TiePolicy = "middle",
    task: Task = None,
    test: TestName = "bootstrap",
    alpha: Alpha = 0.05,
    seed: Seed = 0,
) -> None:
    """Print a table for a paper; bold is only what is significantly better than everything else."""
    with _working("Scoring"):
        opened = open_predictions(files, relevant=relevant, task=task)
        first = reference or next((system for table in opened for system in table.systems), "")
        evaluation, comparison = _compared(opened, metrics, seed, task, ties, first, bounds, alpha, test)
    if style is TableFormat.JSON:
        _print({**evaluation.as_dict(), "comparison": comparison.as_dict()})
    else:
        write = markdown_table if style is TableFormat.MARKDOWN else latex_table
        typer.echo(write(evaluation, comparison, stars=reference is not None))


@app.command()
def report(
    files: Files,
    out: Annotated[Path, typer.Option(help="The HTML file to write.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="The headline.")] = None,
    reference: Annotated[str | None, typer.Option(help="The system to compare the others with.")] = None,
    metrics: Metrics = None,
    bounds: Bounds = "",
    right_at: Annotated[int, typer.Option(help="An answer is right with the target among so many first items.")] = 1,
    relevant: Relevant = None,
    ties: TiePolicy = "middle",
    task: Task = None,
    seed: Seed = 0,
) -> None:
    """Write a self-contained HTML page: results, routes, calibration."""
    render_report = rr_eval.report.render_report  # asks for the extra before the work starts
    with _working("Writing the report"):
        predictions = open_predictions(files, relevant=relevant, task=task).whole()
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files}
        sums = "; ".join(f"{name}, sha256 {digest}" for name, digest in digests.items())
        provenance = rr_eval.report.Provenance(
            command=shlex.join(["rr-eval", *sys.argv[1:]]),
            seeds={"bootstrap": seed},
            details={"predictions": sums, "rr-eval": __version__},
        )
        page = rr_eval.report.report_from_predictions(
            predictions,
            title=title or f"Results of {files[0].stem}",
            provenance=provenance,
            seed=seed,
            metrics=_names(metrics),
            task=task,
            reference=reference,
            bounds=_names(bounds) or (),
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


def _compared(
    opened: Opened,
    metrics: str | None,
    seed: int,
    task: str | None,
    ties: str,
    reference: str,
    bounds: str,
    alpha: float,
    test: str,
) -> tuple[Evaluation, Comparison]:
    found = evaluate(opened, metrics=_names(metrics), seed=seed, task=task, ties=cast("Ties", ties))
    limits = _names(bounds) or ()
    comparison = compare(found, reference=reference, bounds=limits, alpha=alpha, test=cast("Test", test))
    return _noted(found, opened), comparison


def _noted(evaluation: Evaluation, opened: Opened) -> Evaluation:
    return replace(evaluation, notes=(*opened.notes, *evaluation.notes))


def _subjects(users: Path | None, items: Path | None) -> list[tuple[Subject, Path]]:
    given: tuple[tuple[Subject, Path | None], ...] = (("user", users), ("item", items))
    return [(name, path) for name, path in given if path is not None]


def _fail(message: str) -> None:
    typer.echo(f"rr-eval: {' '.join(message.split())}", err=True)
    sys.exit(2)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _working(message: str) -> Any:
    return Console(stderr=True).status(f"{message} ...")


def _print(content: Any) -> None:
    if isinstance(content, dict):
        typer.echo(json.dumps(content, indent=2, allow_nan=False))
    else:
        Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(content)
