"""The command line `rr-tools`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress as ProgressBar
from rich.progress import TimeRemainingColumn

from rr_tools.artifact import read_card
from rr_tools.errors import ConfigError, ToolError
from rr_tools.model import Progress
from rr_tools.registry import summaries
from rr_tools.runtime.serve_check import check_serving
from rr_tools.runtime.tool import load_tool
from rr_tools.training import train as train_model
from rr_tools.training_data import TrainingData

USER_MISTAKE = 2
app = typer.Typer(
    help="Train classical recommenders and check what serves them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ArtifactFolder = Annotated[Path, typer.Argument(help="A tool artifact.")]


class Until(StrEnum):
    """The last part of a prepared dataset that is trained on."""

    TRAIN = "train"
    VALIDATION = "validation"


@app.command("list")
def list_models(*, as_json: Json = False) -> None:
    """List the models that can be trained."""
    lines = summaries()
    if as_json:
        typer.echo(json.dumps(lines, indent=2))
        return
    width = max(map(len, lines))
    for name, summary in lines.items():
        typer.echo(f"{name:<{width}}  {summary}")


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="A model, see `rr-tools list`.")],
    data_dir: Annotated[Path, typer.Argument(help="A prepared dataset, see `rr-data prepare`.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder of the artifact to write.")],
    seed: Annotated[int, typer.Option(help="Seed of the training.")] = 0,
    settings: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, an option; repeatable.")] = None,
    until: Annotated[Until, typer.Option(help="Last part that is trained on.")] = Until.TRAIN,
    as_json: Json = False,
) -> None:
    """Train a model on a prepared dataset."""
    config = dict(_setting(text) for text in settings or [])
    data = TrainingData.from_prepared(data_dir, until=until.value)
    with _progress_bar(name) as progress:
        train_model(name, data, out=out, config=config, seed=seed, progress=progress)
    card = read_card(out)
    if as_json:
        typer.echo(json.dumps(asdict(card), indent=2))
    else:
        typer.echo(f"{out}: {_metrics(card.metrics)}")


@app.command()
def card(artifact: ArtifactFolder, *, as_json: Json = False) -> None:
    """Show what a trained tool says about itself."""
    content = asdict(read_card(artifact))
    if as_json:
        typer.echo(json.dumps(content, indent=2))
        return
    content["calibration"] = "none" if content["calibration"] is None else content["calibration"]["event"]
    for key, value in content.items():
        typer.echo(f"{key:<18} {_metrics(value) if isinstance(value, dict) else value}")


@app.command("serve-check")
def serve_check(
    artifact: ArtifactFolder,
    *,
    threads: Annotated[int, typer.Option(min=1, help="Threads a query may use.")] = 1,
    queries: Annotated[int, typer.Option(min=1, help="Queries to time.")] = 200,
    as_json: Json = False,
) -> None:
    """Load a tool without torch, ask it odd queries, and time ordinary ones."""
    report = check_serving(load_tool(artifact, threads=threads), queries=queries)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
        return
    typer.echo(
        f"{artifact}: odd queries answered, torch not imported; p50 {report.p50_ms:.2f} ms, "
        f"p99 {report.p99_ms:.2f} ms, {report.batch_queries_per_second:,.0f} queries/s in a batch of 256"
    )


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        app()
    except (ToolError, OSError) as error:
        typer.echo(f"rr-tools: {' '.join(str(error).split())}", err=True)
        raise SystemExit(USER_MISTAKE) from error


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {text!r} is not KEY=VALUE, such as --set epochs=20")
    return key.strip(), value.strip()


def _metrics(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()
    )


@contextmanager
def _progress_bar(name: str) -> Iterator[Progress]:
    columns = (*ProgressBar.get_default_columns()[:-1], TimeRemainingColumn())
    console = Console(stderr=True)
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"training {name}", total=None)

        def advance(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{name}: {text}")

        yield advance
