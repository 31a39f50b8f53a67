from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rr_data.commands.images import images
from rr_data.prepared import PreparedDataset


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(images)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("httpx")
    folder = tmp_path / "pictures"
    folder.mkdir()
    image.new("RGB", (10, 10)).save(folder / "a.png")
    (folder / "b.png").write_bytes(b"x")
    return folder


def test_pictures_are_attached_and_counted(run, prepared: PreparedDataset, pictures: Path) -> None:
    result = run(prepared.path, pictures, "--unreadable", "cover", "--json")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    data = PreparedDataset.open(prepared.path)
    assert shown["counts"] == {"pictures": 1, "covers": 7, "unreadable_pictures": 1, "failed_pictures": 0}
    assert shown["checksum"] == data.checksum != prepared.checksum


def test_people_are_told_where_the_failures_are(run, prepared: PreparedDataset, pictures: Path) -> None:
    result = run(prepared.path, pictures, "--unreadable", "cover")
    assert "1 pictures, 7 covers, 1 unreadable pictures, 0 failed pictures" in result.output
    assert "images_failed.parquet" in result.output.replace("\n", "")
    (pictures / "b.png").unlink()
    assert "images_failed" not in run(prepared.path, pictures).output


def test_a_mistake_is_ours_to_report(run, prepared: PreparedDataset, pictures: Path) -> None:
    result = run(prepared.path, pictures)
    assert "b.png" in str(result.exception)
    assert PreparedDataset.open(prepared.path).checksum == prepared.checksum


def test_help_says_what_may_be_given(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = run("--help").output.lower()
    for word in ("urls", "covers", "zip", "lmdb", "refuse"):
        assert word in text
