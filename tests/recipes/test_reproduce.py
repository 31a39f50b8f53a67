"""Every table of the paper, end to end on small synthetic sets; and what is said of the printed ones."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

pytest.importorskip("recbole", reason="the recipes run in the training environment")

import typer
from rich.console import Console
from typer.testing import CliRunner

from recipes.demo.sources import DemoError
from recipes.demo.tuning import asked
from recipes.reproduce.__main__ import main, reproduce
from recipes.reproduce.budget import SMALL
from recipes.reproduce.experiments import EXPERIMENTS
from recipes.reproduce.page import printed
from recipes.reproduce.recipe import Printed, recipes
from recipes.reproduce.views import VIEWS
from recipes.reproduce.workshop import Workshop
from rr_data import prepare
from rr_data.interfaces import PreparedDataset

TINY = replace(
    SMALL,
    name="tiny",
    seeds=1,
    epochs=1,
    questions=200,
    agent={**SMALL.agent, "steps": 12, "batch": 8, "width": 32, "queries": 120, "sample": 150},
)
ITEMS = 30
RECIPES = recipes()


def write_reviews(folder, name, *, users=130, length=8):
    """Users who say what they liked of each item; two in three walk round a ring, the others take what comes."""
    rng = np.random.default_rng(sum(map(ord, name)))
    rows = []
    for user in range(users):
        walk = (rng.integers(ITEMS) + np.arange(length)) % ITEMS if user % 3 else rng.permutation(ITEMS)[:length]
        day = int(rng.integers(300))
        for step, item in enumerate(walk.tolist()):
            text = f"The {('colour', 'price', 'taste')[item % 3]} is {('good', 'great', 'bad')[user % 3]}."
            rows.append((f"u{user}", f"i{item}", 1_600_000_000 + 86_400 * (day + 3 * step), 1.0 + (user % 5), text))
    lines = [
        json.dumps({"reviewerID": user, "asin": item, "overall": stars, "unixReviewTime": time, "reviewText": text})
        for user, item, time, stars, text in rows
    ]
    raw = folder / f"{name}.json"
    raw.write_text("\n".join(lines) + "\n")
    titles = folder / f"{name}-items.csv"
    pl.DataFrame(
        {"item_id": [f"i{i}" for i in range(ITEMS)], "title": [f"{name} thing number {i}" for i in range(ITEMS)]}
    ).write_csv(titles)
    return prepare("amazon_2014", [raw], out=folder / name, items=titles, explanations=True).path


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproduce")
    data = [write_reviews(folder, name) for name in ("tea", "ink")]

    def run(table):
        recipe = RECIPES[table]
        return reproduce(
            recipe,
            data,
            TINY,
            out=folder / "out",
            threads=1,
            console=Console(quiet=True),
            command=f"nox -s reproduce -- {table}",
        )

    return run


FAMILIES = ("1 2 3 4 5 A3 A5 A6 A7 A9", "6", "A2", "A4 A8", "FigA2")
"""What shares trained models is measured in one test, or parallel tests would train them again."""


@pytest.mark.parametrize("tables", FAMILIES)
def test_tables_are_measured_beside_what_is_printed(shop, tables):
    for table in tables.split():
        check_table(table, shop(table))


def check_table(table, page):
    text = page.read_text()
    told = json.loads(page.with_suffix(".json").read_text())
    assert f"nox -s reproduce -- {table}" in text
    assert set(told["datasets"]) <= {"tea", "ink"}
    assert all(len(checksum) == 64 for checksum in told["datasets"].values())
    for part, recipe in zip(told["parts"], RECIPES[table].parts, strict=True):
        assert len(part["seeds"]) == TINY.seeds
        figures = [value for cells in part["seeds"] for row in cells.values() for value in row.values()]
        assert figures
        assert set(recipe.systems) <= set(part["seeds"][0]), "a system of the table was not measured"
        assert all(shown in text for shown in recipe.systems.values())
        assert all(row in text for row in recipe.printed.rows)


def test_every_table_is_in_a_family():
    assert sorted(RECIPES) == sorted(" ".join(FAMILIES).split())


def test_a_recipe_names_what_exists():
    for recipe in RECIPES.values():
        for part in recipe.parts:
            assert part.experiment in EXPERIMENTS
            assert part.view in VIEWS
            assert all(len(row) == len(part.printed.columns) for row in part.printed.rows.values())


def test_too_few_datasets_are_told(tmp_path):
    with pytest.raises(DemoError, match="table A4 needs 2 prepared datasets and got 0"):
        reproduce(RECIPES["A4"], [], TINY, out=tmp_path, threads=1, console=Console(quiet=True), command="")


def test_an_impossible_ndcg_is_marked():
    values = Printed(
        columns=["HR@5", "NDCG@5"],
        rows={"over": [0.0797, 0.0944], "fine": [0.0403, 0.0297], "under": [0.0192, 0.0072], "none": [None, 0.5]},
    )
    text = "\n".join(printed(values))
    assert "0.0944†" in text
    assert "0.0072†" in text
    assert text.count("†") == 3  # two values and the note


def test_the_tables_that_the_notes_call_impossible_are_found():
    first = RECIPES["1"].parts[0].printed
    marked = {
        (row, first.columns[column])
        for row in first.rows
        for column in range(len(first.columns))
        if first.impossible(row, column)
    }
    assert marked == {
        ("NextItNet", "Clothing NDCG@5"),
        ("ReasonRec", "Beauty NDCG@5"),
        ("ReasonRec", "Clothing NDCG@5"),
    }


def test_in_a_transfer_the_items_of_the_other_domain_are_ranked(tmp_path):
    folders = [write_reviews(tmp_path, name) for name in ("books", "films")]
    shop = Workshop(datasets=folders, home=tmp_path / "home", budget=TINY, threads=1, console=Console(quiet=True))
    place = shop.place("agent", {"datasets": 2, "split": "transfer", "candidates": "domain"}, seed=0)
    batch, targets = asked(place.data, place.settings, "test")
    names = place.data.items["title"].to_list()
    for history, choice, target in zip(batch.histories, batch.candidates, targets, strict=True):
        chosen = set(choice[choice >= 0].tolist())
        assert target in chosen
        assert all(names[item].startswith("films") for item in chosen)
        assert len(chosen) == ITEMS - len(set(history.tolist()))


def command_line():
    app = typer.Typer()
    app.command()(main)
    return app


def test_the_list_names_every_table():
    shown = CliRunner().invoke(command_line(), ["list"])
    assert shown.exit_code == 0
    assert all(f" {table} " in shown.output for table in RECIPES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["A77"], "A77"),
        (["1", "--budget", "huge"], "small or full"),
        (["A4", "--data", "nowhere"], "needs 2 prepared datasets and got 1"),
    ],
)
def test_a_mistake_is_told_and_exits_with_2(arguments, message):
    wrong = CliRunner().invoke(command_line(), arguments)
    assert wrong.exit_code == 2
    assert message in wrong.output


def test_where_no_data_are_named_movielens_is_prepared(tmp_path):
    shown = CliRunner().invoke(command_line(), ["A4", "--out", str(tmp_path)])
    assert "needs 2 prepared datasets and got 1" in shown.output
    assert PreparedDataset.open(tmp_path / "data" / "ml-100k").n_users == 943


def test_all_says_what_the_data_lack(tmp_path):
    shown = CliRunner().invoke(command_line(), ["all", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0
    assert shown.output.count("Left out table") == len(RECIPES)
