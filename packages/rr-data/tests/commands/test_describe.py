from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from rr_data.commands.describe import describe
from rr_data.prepared import PreparedDataset


def run(*arguments: object) -> str:
    app = typer.Typer()
    app.command()(describe)
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.output


def test_for_people(prepared: PreparedDataset) -> None:
    assert "sparsity" in run(prepared.path)


def test_page(prepared: PreparedDataset, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert "page.html" in run(prepared.path, "--html", page).replace("\n", "")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_alone_on_stdout_even_with_a_page(prepared: PreparedDataset, tmp_path: Path) -> None:
    content = json.loads(run(prepared.path, "--json", "--html", tmp_path / "page.html"))
    assert content["parts"]["test"] == 3
    assert (tmp_path / "page.html").is_file()
