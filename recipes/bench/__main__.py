"""Run a bench: `python -m recipes.bench NAME --help`."""

from __future__ import annotations

import typer

from recipes.bench.ctr import ctr
from recipes.bench.direct import direct
from recipes.bench.evaluation import evaluation
from recipes.bench.explanation import explanation
from recipes.bench.fusion import fusion
from recipes.bench.leaks import leaks
from recipes.bench.prepare import prepare
from recipes.bench.routing import routing
from recipes.bench.tools import tools
from recipes.bench.tools_speed import tools_speed
from recipes.bench.vlm import vlm
from recipes.bench.vlm_explanation import vlm_explanation
from recipes.bench.vlm_speed import vlm_speed
from recipes.bench.vlm_tasks import vlm_tasks

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command()(prepare)
app.command()(leaks)
app.command()(tools_speed)
app.command()(ctr)
app.command()(tools)
app.command()(explanation)
app.command()(direct)
app.command()(evaluation)
app.command()(vlm)
app.command()(vlm_tasks)
app.command()(vlm_explanation)
app.command()(vlm_speed)
app.command()(fusion)
app.command()(routing)


@app.callback()
def benches() -> None:
    """Measure the packages. Every number comes from this machine and this run."""


if __name__ == "__main__":
    app()
