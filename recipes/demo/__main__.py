"""Run the demo: `python -m recipes.demo --help`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from recipes.demo.pipeline import run_demo
from recipes.demo.settings import Settings, tiny
from recipes.demo.sources import DemoError
from rr_data.errors import DataError
from rr_eval import EvalError
from rr_planner import PlannerError
from rr_tools import ToolError
from rr_vlm import VlmError

USER_ERRORS = (DemoError, DataError, ToolError, VlmError, PlannerError, EvalError)


def demo(
    images: Annotated[
        str, typer.Option(help="Folder of pictures named by item id, or `covers` to render them.")
    ] = "covers",
    out: Annotated[Path, typer.Option(help="Folder of all results.")] = Path("out/demo"),
    source: Annotated[
        str, typer.Option(help="Reader of the raw data, see `rr-data prepare --help`.")
    ] = "recbole_atomic",
    data: Annotated[Path | None, typer.Option(help="Raw data; by default MovieLens-100k from RecBole's wheel.")] = None,
    items: Annotated[Path | None, typer.Option(help="Table of item titles, years, categories.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything that is drawn.")] = 7,
    threads: Annotated[int, typer.Option(min=1, help="Threads to use.")] = 2,
    budget: Annotated[str, typer.Option(help="`full`, or `tiny` to exercise every step in a minute or two.")] = "full",
) -> None:
    """Prepare, observe, train, deliberate, route, evaluate, report: the whole agent on real interactions.

    About 9 minutes on two cores the first time. What is unchanged is reused; an interrupted run goes on where it was.
    """
    settings = Settings(images=images, out=out, source=source, data=data, items=items, seed=seed, threads=threads)
    if budget not in ("full", "tiny"):
        raise typer.BadParameter(f"received {budget!r}; choose full or tiny", param_hint="--budget")
    console = Console()
    started = time.perf_counter()
    guarded(lambda: run_demo(tiny(settings) if budget == "tiny" else settings, console, command=_command()))
    console.print(f"{time.perf_counter() - started:.0f} s in all")


def guarded(action: Callable[[], object]) -> None:
    """Turn a user's mistake into one line and exit code 2; Ctrl-C into exit code 130."""
    try:
        action()
    except USER_ERRORS as error:
        typer.echo(f"error: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("stopped; run the same command again to go on where it was", err=True)
        raise typer.Exit(130) from None


def _command() -> str:
    arguments = shlex.join(sys.argv[1:])
    return f"nox -s demo -- {arguments}" if arguments else "nox -s demo"


if __name__ == "__main__":
    typer.run(demo)
