"""What the command line shows, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress as ProgressBar
from rich.progress import TimeRemainingColumn

from rr_tools.model import Progress


def print_json(content: Any) -> None:
    """Print indented JSON."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def numbers(values: Mapping[str, Any]) -> str:
    """Return values by name on one line."""
    return ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()
    )


@contextmanager
def progress_bar(name: str) -> Iterator[Progress]:
    """Yield what moves a bar on a terminal's standard error; elsewhere nothing is shown."""
    columns = (*ProgressBar.get_default_columns()[:-1], TimeRemainingColumn())
    console = Console(stderr=True)
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=None)

        def advance(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{name}: {text}")

        yield advance
