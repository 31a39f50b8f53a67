"""Reproduce a table of the paper: `python -m recipes.reproduce --help`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from recipes.demo.__main__ import guarded
from recipes.demo.sources import DemoError, movielens
from recipes.reproduce.budget import BUDGETS, Budget
from recipes.reproduce.experiments import EXPERIMENTS
from recipes.reproduce.page import record, write
from recipes.reproduce.recipe import Recipe, recipes
from recipes.reproduce.views import VIEWS
from recipes.reproduce.workshop import Workshop
from rr_data import prepare
from rr_data.errors import DataError
from rr_data.interfaces import PreparedDataset

ALL, LIST = "all", "list"
MANIFEST = "manifest.json"


def main(
    table: Annotated[str, typer.Argument(help="A table's number in the paper, such as 1 or A7; `list` shows them.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder that `rr-data prepare` wrote; repeatable.",
            show_default="the MovieLens-100k of RecBole's wheel",
        ),
    ] = None,
    budget: Annotated[str, typer.Option(help="`small`, which takes minutes, or `full`.")] = "small",
    seeds: Annotated[
        int | None, typer.Option(min=1, help="How many seeds, from 0 on; otherwise those of the budget.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where pages and everything they were made of are kept.")] = Path(
        "out/reproduce"
    ),
    threads: Annotated[int, typer.Option(min=1, help="Threads to use.")] = 2,
) -> None:
    """Measure a table or figure of the paper on your data, and write it beside what is printed.

    What two tables share is trained once. An interrupted run goes on where it was when it is run again.
    """
    console, known = Console(), recipes()
    if table == LIST:
        console.print(_listed(known))
        return
    if table != ALL and table not in known:
        raise typer.BadParameter(f"received {table!r}; choose one of {', '.join(known)}, {ALL}, {LIST}")
    if budget not in BUDGETS:
        raise typer.BadParameter(f"received {budget!r}; choose {' or '.join(BUDGETS)}", param_hint="--budget")
    command = shlex.join(["nox", "-s", "reproduce", "--", *sys.argv[1:]])
    spent = BUDGETS[budget] if seeds is None else replace(BUDGETS[budget], seeds=seeds)

    def measure() -> None:
        run = partial(
            reproduce, data=data or [_movielens(out)], budget=spent, out=out, threads=threads, console=console,
            command=command,
        )  # fmt: skip
        if table == ALL:
            _every(list(known.values()), run, console)
        else:
            _one(known[table], run, console)

    guarded(measure)


def reproduce(
    recipe: Recipe, data: Sequence[Path], budget: Budget, *, out: Path, threads: int, console: Console, command: str
) -> Path:
    """Measure a recipe's parts with every seed of the budget; return the page.

    Raises:
        DemoError: too few datasets, or one that lacks what the table needs.
    """
    if len(data) < recipe.datasets:
        raise DemoError(
            f"table {recipe.table} needs {recipe.datasets} prepared datasets and got {len(data)}: name each with --data"
        )
    opened = [PreparedDataset.open(folder) for folder in data[: max(recipe.datasets, 1)]]
    names = "+".join(one.manifest.name for one in opened)
    shop = Workshop(
        datasets=[one.path for one in opened], home=out / names, budget=budget, threads=threads, console=console
    )
    found = []
    for part in recipe.parts:
        seeds = []
        for seed in range(budget.seeds):
            console.print(f"[bold]Table {recipe.table}[/], {part.name}, seed {seed}")
            answers = EXPERIMENTS[part.experiment](shop.place(part.experiment, part.options, seed), part.options)
            seeds.append(VIEWS[part.view](answers, part.metrics))
        found.append(seeds)
    told = record(recipe, found, budget, {one.manifest.name: one.checksum for one in opened}, command)
    return write(out / names / budget.name, recipe, found, told)


def _movielens(out: Path) -> Path:
    folder = out / "data" / "ml-100k"
    if not (folder / MANIFEST).exists():
        prepare("recbole_atomic", [movielens()], out=folder)
    return folder


def _one(recipe: Recipe, run: Callable[[Recipe], Path], console: Console) -> None:
    page = run(recipe)
    console.print(page.read_text(encoding="utf-8"), markup=False)
    console.print(f"Page: [bold]{page}[/], figures of every seed: {page.with_suffix('.json')}")


def _every(chosen: Sequence[Recipe], run: Callable[[Recipe], Path], console: Console) -> None:
    """Measure what the data have what is needed for, and say what they lack for the rest."""
    lacking = {}
    for recipe in chosen:
        try:
            _one(recipe, run, console)
        except (DemoError, DataError) as error:
            lacking[recipe.table] = error
    for table, reason in lacking.items():
        console.print(f"[yellow]Left out[/] table {table}: {reason}")


def _listed(known: Mapping[str, Recipe]) -> Table:
    table = Table("table", "what", "datasets")
    for recipe in known.values():
        table.add_row(recipe.table, recipe.title, str(recipe.datasets))
    return table


if __name__ == "__main__":
    typer.run(main)
