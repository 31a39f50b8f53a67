"""The command line: `rr-vlm train | resume | curriculum | card | rank`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

import rr_vlm
from rr_data.interfaces import DataError, PreparedDataset
from rr_vlm.curriculum.plot import curriculum_svg
from rr_vlm.errors import InputError, VlmError

MISTAKE, INTERRUPTED = 2, 130
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which newer typers carry inside
app = typer.Typer(help="A vision-language model that observes and deliberates.", add_completion=False)
Reasoner = Annotated[Path, typer.Argument(help="A reasoner's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def train(
    rows: Annotated[list[Path], typer.Argument(help="Parquet files of SFT rows.")],
    data: Annotated[Path, typer.Option(help="The prepared dataset of the rows.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    tool: Annotated[list[str] | None, typer.Option(help="A tool that thoughts name; repeat in their order.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML with the keys prompt, backbone, training, name.")] = None,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of weights and sample stream.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder in which picture features are kept.")] = None,
    as_json: Json = False,
) -> None:
    """Tune a reasoner."""
    values = rr_vlm.read_options(config)
    given = {"max_steps": steps, "seed": seed}
    values["training"] = {**values.get("training", {}), **{k: v for k, v in given.items() if v is not None}}
    values |= {"rows": [str(file) for file in rows], "data": str(data), "out": str(out)}
    values |= {"tools": tool} if tool else {}
    values |= {"cache": str(cache)} if cache else {}
    _run(rr_vlm.Recipe.of(values), resume=False, as_json=as_json)


@app.command()
def resume(out: Annotated[Path, typer.Argument(help="The folder given to `train`.")], as_json: Json = False) -> None:
    """Continue an interrupted `train` from its last checkpoint."""
    _run(rr_vlm.interrupted_recipe(out), resume=True, as_json=as_json)


@app.command()
def curriculum(
    steps: Annotated[int, typer.Option(min=1, help="Optimizer steps.")] = 1000,
    plot: Annotated[Path | None, typer.Option(help="An SVG file to write.")] = None,
    as_json: Json = False,
) -> None:
    """Show which mixture of evidence-horizon levels each step draws from."""
    plan = rr_vlm.Curriculum().plan(steps)
    if plot is not None:
        _write(plot, curriculum_svg(plan))
    boundaries = {phase.value: first for phase, first in plan.boundaries().items()}
    if as_json:
        typer.echo(json.dumps({"boundaries": boundaries, "shares": plan.shares.round(6).tolist()}))
        return
    for phase, first in boundaries.items():
        low, medium, high = plan.shares[first]
        typer.echo(f"from step {first:>6}  {phase:<12} low {low:.2f}  medium {medium:.2f}  high {high:.2f}")


@app.command()
def card(folder: Reasoner, as_json: Json = False) -> None:
    """Show how a reasoner was made."""
    content = {k: v for k, v in rr_vlm.read_card(folder).items() if k not in ("titles", "categories", "checksums")}
    if as_json:
        typer.echo(json.dumps(content))
        return
    for key, value in content.items():
        typer.echo(f"{key:<26} {json.dumps(value) if isinstance(value, dict | list) else value}")


@app.command()
def rank(
    folder: Reasoner,
    data: Annotated[Path, typer.Option(help="The prepared dataset it was tuned on.")],
    user: Annotated[list[str], typer.Option(help="A user id; repeatable.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Items to recommend.")] = 5,
    as_json: Json = False,
) -> None:
    """Recommend items after everything a user has done."""
    prepared = PreparedDataset.open(data)
    codes = dict(zip(prepared.users["user_id"].to_list(), range(prepared.n_users), strict=True))
    unknown = [name for name in user if name not in codes]
    if unknown:
        raise InputError("--user", unknown, f"user ids of {data}")
    reasoner = rr_vlm.VlmReasoner.load(folder)
    if reasoner.n_items != prepared.n_items:
        raise InputError(
            "--data", f"{prepared.n_items} items", f"the dataset of this reasoner, {reasoner.n_items} items"
        )
    users = [codes[name] for name in user]
    sequences, horizon = prepared.sequences("test"), prepared.evidence_horizon().normalized
    queries = SimpleNamespace(
        users=users, histories=[sequences[code] for code in users], evidence_horizon=horizon[users], candidates=None
    )
    answer = reasoner.deliberate(queries, k)
    ids, titles = prepared.items["item_id"].to_list(), prepared.items["title"].to_list()
    for row, name in enumerate(user):
        items = [code for code in answer.items[row].tolist() if code >= 0]
        if as_json:
            line = {"user": name, "items": [ids[code] for code in items], "confidence": float(answer.confidence[row])}
            typer.echo(json.dumps({**line, "thought": answer.thoughts[row]}))
        else:
            typer.echo(f"{name}: {answer.thoughts[row]}")
            typer.echo("\n".join(f"  {ids[code]:<12} {titles[code]}" for code in items))


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except (VlmError, DataError) as error:
        _fail(str(error), MISTAKE)
    except _USAGE_ERROR as error:
        _fail(f"{error.format_message().rstrip('.')}; see rr-vlm --help", MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _fail("interrupted; continue a training run with `rr-vlm resume OUT`", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"rr-vlm: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _run(recipe: rr_vlm.Recipe, *, resume: bool, as_json: bool) -> None:
    with _progress(shown=not as_json) as progress:
        out = recipe.run(resume=resume, progress=progress)
    made = rr_vlm.read_card(out)["training"]
    if as_json:
        typer.echo(json.dumps({"path": str(out), "training": made}))
    else:
        typer.echo(
            f"{out}: {made['steps']} steps in {made['seconds']} s, loss {made['last'].get('loss', float('nan')):.3f}"
        )


def _write(file: Path, text: str) -> None:
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError("--plot", str(file), f"a file in a folder that can be written ({error.strerror})") from error


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show
