"""Run a bench: `python -m recipes.bench NAME --help`."""

from __future__ import annotations

import typer

from recipes.bench.leaks import leaks
from recipes.bench.prepare import prepare

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command()(prepare)
app.command()(leaks)


@app.callback()
def benches() -> None:
    """Measure the packages. Every number comes from this machine and this run."""


if __name__ == "__main__":
    app()
