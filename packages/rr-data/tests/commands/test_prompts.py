from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from rr_data.commands.prompts import prompts
from rr_data.errors import OptionError, PreparedDatasetError, TemplateError, UnknownNameError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.sft_table import SFT_SCHEMA

Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    app = typer.Typer()
    app.command()(prompts)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def clicked(raw: Path, tmp_path: Path) -> PreparedDataset:
    return prepare("tabular", [raw / "ratings.csv"], items=raw / "items.tsv", out=tmp_path / "clicked", ctr_negatives=1)


def told(result: Any) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_people_read_titles_instead_of_codes(run: Run, prepared: PreparedDataset) -> None:
    result = run(prepared.path, "--task", "sequential", "--show", 2)
    assert result.exit_code == 0
    assert "<answer><item_" in result.output
    assert "Film " in result.output
    assert result.output.count("sequential, template") == 2
    assert "user_" not in result.output


def test_all_tasks_that_the_dataset_allows(run: Run, prepared: PreparedDataset, clicked: PreparedDataset) -> None:
    assert set(told(run(prepared.path, "--json"))["available"]) == {"sequential", "direct"}
    assert set(told(run(clicked.path, "--json"))["available"]) == {"sequential", "direct", "ctr"}


def test_a_table_that_is_missing(run: Run, prepared: PreparedDataset) -> None:
    for task, option in (("ctr", "--ctr-negatives"), ("explanation", "--explanations")):
        error = run(prepared.path, "--task", task).exception
        assert isinstance(error, PreparedDatasetError)
        assert option in str(error)


def test_every_example_is_written_once(run: Run, clicked: PreparedDataset, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    facts = told(run(clicked.path, "--out", file, "--json"))
    table = pq.read_table(file)
    assert table.schema.equals(SFT_SCHEMA)
    assert Counter(table["task"].to_pylist()) == facts["available"] == facts["written"]["rows"]
    again = tmp_path / "again.parquet"
    assert "3 direct" in run(clicked.path, "--out", again, "--task", "direct", "--rows", 3).output
    assert run(clicked.path, "--out", again).exit_code == 0
    assert again.read_bytes() == file.read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.parquet*")) == ["again.parquet", "rows.parquet"]


def test_a_weighted_mixture(run: Run, prepared: PreparedDataset, tmp_path: Path) -> None:
    options = ["--mixture", "sequential=1", "--mixture", "direct=3", "--rows", 2000, "--cycle", "--seed", 4]
    rows = told(run(prepared.path, "--out", tmp_path / "rows.parquet", *options, "--json"))["written"]["rows"]
    assert sum(rows.values()) == 2000
    assert 0.7 < rows["direct"] / 2000 < 0.8
    assert told(run(prepared.path, "--mixture", "direct=1", "--json"))["available"].keys() == {"direct"}


def test_names_only_on_request(run: Run, prepared: PreparedDataset) -> None:
    assert "user_" in run(prepared.path, "--name-users").output


def test_a_team_s_templates(run: Run, prepared: PreparedDataset, tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    file = tmp_path / "mine.yaml"
    file.write_text(
        "direct: ['Good for them: {item}? [bold]{evidence_horizon}']\n"
        "answers: {direct: {positive: 'aye', negative: 'nay'}}"
    )
    shown = told(run(prepared.path, "--task", "direct", "--templates", file, "--show", 40, "--json"))["shown"]
    assert all(text["prompt"].startswith("Good for them: <item_") for text in shown)
    assert {text["completion"] for text in shown} == {"<answer>aye", "<answer>nay"}
    assert "[bold]" in run(prepared.path, "--task", "direct", "--templates", file).output
    file.write_text("direct: ['{itm}']")
    assert isinstance(run(prepared.path, "--templates", file).exception, TemplateError)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--task", "sequentail"], UnknownNameError),
        (["--mixture", "sequential"], OptionError),
        (["--mixture", "sequential=x"], OptionError),
        (["--mixture", "sequential=-1"], OptionError),
        (["--task", "sequential", "--mixture", "direct=1"], UnknownNameError),
        (["--cycle"], OptionError),
        (["--show", "-1"], OptionError),
        (["--per-user", "0"], OptionError),
        (["--negatives", "-1"], OptionError),
        (["--seed", "-1"], OptionError),
        (["--out", "absent/rows.parquet"], OptionError),
    ],
)
def test_mistakes_are_ours_to_report(
    run: Run, prepared: PreparedDataset, options: list[str], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(prepared.path)
    assert isinstance(run(prepared.path, *options).exception, error)
