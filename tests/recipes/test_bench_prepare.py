"""The generated set is what it says, and every step of the bench runs on a small one."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from recipes.bench.__main__ import app
from recipes.bench.generated import Size, interactions_csv


def test_generated_set(tmp_path):
    size = Size(rows=20_000, users=1_000, items=300)
    path = interactions_csv(tmp_path, size)
    rows = pl.read_csv(path)
    assert rows.columns == ["item_id", "user_id", "timestamp"]
    assert (rows.height, rows["user_id"].n_unique(), rows["item_id"].n_unique()) == (20_000, 1_000, 300)
    assert not rows["user_id"].is_sorted()
    for column, fewest in (("user_id", 5), ("item_id", 1)):
        counts = rows[column].value_counts()["count"].sort(descending=True)
        assert counts.min() >= fewest
        assert counts.head(len(counts) // 10).sum() > 0.2 * 20_000
    again = interactions_csv(tmp_path / "again", size)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("size", [(5, 10, 2), (5, 2, 10), (5, 0, 1)])
def test_sizes_that_cannot_be(size):
    with pytest.raises(ValueError, match="a row for each"):
        Size(*size)


def test_every_step_runs(tmp_path):
    options = [
        "--rows",
        "4000",
        "--users",
        "300",
        "--items",
        "80",
        "--repeats",
        "1",
        "--cache",
        str(tmp_path),
        "--json",
    ]
    found = CliRunner().invoke(app, ["prepare", *options, "--out", str(tmp_path / "page.md")])
    assert found.exit_code == 0, found.output
    outcome = json.loads(found.stdout)
    assert set(outcome["steps"]) == {"baseline", "ours", "pandas", "quarter"}
    assert all(step["seconds"] > 0 and step["peak_bytes"] > 1e7 for step in outcome["steps"].values())
    assert len(outcome["claims"]) == 4
    assert "| rr-data prepare |" in (tmp_path / "page.md").read_text()


def test_impossible_size_is_one_line(tmp_path):
    found = CliRunner().invoke(app, ["prepare", "--rows", "3", "--cache", str(tmp_path)])
    assert found.exit_code == 2
