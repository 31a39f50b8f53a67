"""The bench `tools` on a set of a few users: what it trains, what it keeps, what its page says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from recipes.bench import tools as bench
from recipes.bench.tools_settings import SETTINGS, seeds_of, settings_of
from rr_tools import get_model
from rr_tools.configuration import parse_config

RESULT = {
    "model": "sasrec",
    "seed": 0,
    "command": "rr-tools train sasrec",
    "test": {"HR@5": 0.06, "NDCG@5": 0.04, "HR@10": 0.08, "NDCG@10": 0.05},
    "seconds": 120.0,
    "peak_bytes": 2 * 10**9,
}


@pytest.fixture
def raw(write_ring: Callable[..., Path]) -> Path:
    """Users who walk round a ring of 12 items."""
    return write_ring(items=12, users=40)


def test_results_are_kept_and_written_to_the_page(raw: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(bench.tools)
    arguments = ["--data", str(raw), "--models", "popularity,item-transition", "--seeds", "2"]
    arguments += ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "tools.md")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    result = json.loads((tmp_path / "cache" / "ring" / "item-transition" / "0" / "result.json").read_text())
    assert result["test"]["HR@5"] == 1.0  # the next of twelve items, the seven before it masked
    page = (tmp_path / "tools.md").read_text()
    assert "| item-transition | 1 | 1.0000 |" in page  # nothing is drawn: one seed is enough
    (tmp_path / "cache" / "ring" / "popularity" / "0" / "result.json").write_text(json.dumps({**result, "model": "x"}))
    assert "| x | 1 | 1.0000 |" in CliRunner().invoke(app, arguments).output  # what is there is not trained again


def test_the_page_shows_means_and_what_was_published() -> None:
    other = {**RESULT, "seed": 1, "test": {**RESULT["test"], "HR@5": 0.062}, "seconds": 240.0}  # type: ignore[dict-item]
    page = bench.page({"amazon-beauty": [RESULT, other]}, "nox -s bench -- tools")
    assert "| sasrec | 2 | 0.0610 ± 0.0014 | 0.0400 ± 0.0000 |" in page
    assert "| 0.0387 | 3.0 | 2.00 |" in page


@pytest.mark.parametrize("model", SETTINGS)
def test_the_settings_are_options_of_their_models(model: str) -> None:
    parse_config(get_model(model).config_type, settings_of(model))
    assert settings_of(f"{model}+v") == settings_of(model)


def test_what_is_drawn_and_trains_in_minutes_has_several_seeds() -> None:
    assert [seeds_of(model, 3) for model in ("ease", "bpr", "lightsans+v")] == [1, 3, 1]
