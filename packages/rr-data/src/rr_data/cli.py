"""The command line: `rr-data prepare | describe | horizon | check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rr_data.checks import check_prepared
from rr_data.cli_output import print_counts, print_description, print_findings, print_horizons, print_json
from rr_data.description import describe as describe_dataset
from rr_data.description import horizon_shares
from rr_data.errors import DataError, OptionError
from rr_data.evidence.levels import DEFAULT_THRESHOLDS, LEVELS
from rr_data.pipeline import Progress as ProgressCallback
from rr_data.pipeline import prepare as prepare_dataset
from rr_data.prepared import PreparedDataset

MISTAKE = 2
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which newer typers carry inside
app = typer.Typer(help="From raw data to prepared datasets.", add_completion=False)
Folder = Annotated[Path, typer.Argument(help="A prepared dataset.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def prepare(
    source: Annotated[str, typer.Argument(help="Name of the raw format, such as s3rec.")],
    paths: Annotated[list[Path], typer.Argument(help="Raw files or folders.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    items: Annotated[Path | None, typer.Option(help="A table of item titles, texts, years, categories.")] = None,
    images: Annotated[str | None, typer.Option(help="A folder of pictures named by item id, or 'covers'.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random codes.")] = 0,
    normalizer: Annotated[str, typer.Option(help="Of the evidence horizon: raw, log, log-minmax, rank.")] = "rank",
    thresholds: Annotated[tuple[float, float], typer.Option(help="Of the levels.")] = DEFAULT_THRESHOLDS,
    k_core: Annotated[int, typer.Option(help="Keep users and items with so many interactions.")] = 0,
    duplicates: Annotated[str, typer.Option(help="Repeated user-item pairs: keep, first, last.")] = "keep",
    ties: Annotated[str | None, typer.Option(help="Order among equal times: file, hash.")] = None,
    unreadable: Annotated[str, typer.Option(help="What an unreadable picture does: refuse, cover.")] = "refuse",
    option: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for the source; repeatable.")] = None,
    as_json: Json = False,
) -> None:
    """Make a prepared dataset from raw data."""
    with _progress(shown=not as_json) as progress:
        data = prepare_dataset(
            source,
            paths,
            out=out,
            items=items,
            images=images,
            options=_options(option or []),
            seed=seed,
            normalizer=normalizer,
            thresholds=thresholds,
            k_core=k_core,
            duplicates=duplicates,
            ties=ties,
            unreadable=unreadable,
            progress=progress,
        )
    if as_json:
        print_json({"path": str(out), "checksum": data.checksum, "counts": data.manifest.counts})
    else:
        print_counts(data)


@app.command()
def describe(folder: Folder, as_json: Json = False) -> None:
    """Counts, sparsity, lengths and evidence horizons."""
    description = describe_dataset(PreparedDataset.open(folder))
    if as_json:
        print_json(asdict(description))
    else:
        print_description(description)


@app.command()
def horizon(
    folder: Folder,
    everything: Annotated[bool, typer.Option("--all", help="Count all interactions, not only training.")] = False,
    as_json: Json = False,
) -> None:
    """The shares of users at each level of evidence horizon, under every normalizer."""
    data = PreparedDataset.open(folder)
    shares = horizon_shares(data, until="test" if everything else "train")
    if as_json:
        print_json({name: dict(zip(LEVELS, values, strict=True)) for name, values in shares.items()})
        return
    print_horizons(shares, chosen=data.evidence_horizon().normalizer)


@app.command()
def check(folder: Folder, as_json: Json = False) -> None:
    """Check schema, checksums, codes, order and split."""
    findings = check_prepared(PreparedDataset.open(folder))
    if as_json:
        print_json({finding.check: finding.problem for finding in findings})
    else:
        print_findings(findings)
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except DataError as error:
        _fail(str(error), MISTAKE)
    except _USAGE_ERROR as error:
        _fail(f"{error.format_message().rstrip('.')}; see rr-data --help", MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted; nothing was written", 130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"rr-data: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _options(pairs: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    for name, sign, value in split:
        if not (name and sign and value):
            raise OptionError("--option", name + sign + value, "NAME=VALUE")
    return {name: value for name, _, value in split}


@contextmanager
def _progress(*, shown: bool) -> Iterator[ProgressCallback]:
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show
