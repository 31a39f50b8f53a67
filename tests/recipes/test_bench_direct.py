"""The bench `direct` on a set of a few users: what it ranks, what it keeps, what its page says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from recipes.bench import direct as bench
from recipes.bench.direct_run import ranking_metrics
from recipes.bench.direct_settings import DIRECT, DRAWS, PRINTED, SETTINGS, seeds_of, settings_of
from rr_data import prepare
from rr_tools import TrainingData, get_model, load_tool, train
from rr_tools.asked_queries import of_prepared
from rr_tools.configuration import parse_config

SCORES = {"HR@5": 0.4, "NDCG@5": 0.3, "HR@10": 0.5, "NDCG@10": 0.35}
RESULT: Mapping[str, Any] = {
    "model": "bpr",
    "seed": 0,
    "command": "rr-tools train bpr",
    "scores": {"uniform": SCORES, "popularity": dict.fromkeys(SCORES, 0.2)},
    "seconds": 120.0,
    "peak_bytes": 2 * 10**9,
}
CHANCE = dict.fromkeys(SCORES, 0.05)


@pytest.fixture
def raw(write_ring: Callable[..., Path]) -> Path:
    """Users who walk round a ring of 130 items."""
    return write_ring(items=130, users=200)


def run(raw: Path, tmp_path: Path, models: str) -> str:
    app = typer.Typer()
    app.command()(bench.direct)
    arguments = ["--data", str(raw), "--models", models, "--seeds", "2"]
    arguments += ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "direct.md")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return (tmp_path / "direct.md").read_text()


def test_results_are_kept_and_written_to_the_page(raw: Path, tmp_path: Path) -> None:
    page = run(raw, tmp_path, "popularity,item-transition")
    kept = tmp_path / "cache" / "ring" / "item-transition" / "0" / "result.json"
    result = json.loads(kept.read_text())
    assert set(result["scores"]) == set(DRAWS)
    assert result["scores"]["uniform"]["HR@5"] > 0.9  # the next item of the ring
    assert page.count("| item-transition | 1 |") == 2  # one run, a row in each table
    assert page.count("| chance | | 0.05") == 2
    kept.write_text(json.dumps({**result, "model": "x"}))
    assert "| x | 1 |" in run(raw, tmp_path, "popularity,item-transition")  # what is there is not trained again


def test_targets_are_ranked_among_their_stored_candidates(raw: Path, tmp_path: Path) -> None:
    dataset = prepare("s3rec", [raw / "sequences.txt"], out=tmp_path / "set", candidates=20)
    tool = load_tool(train("popularity", TrainingData.from_prepared(dataset), out=tmp_path / "tool"))
    found = ranking_metrics(tool, of_prepared(dataset.path, "test", candidates=True))
    counts = np.bincount(dataset.sequences(until="train").items, minlength=dataset.n_items)
    lists, targets = dataset.candidates("test"), dataset.targets("test")
    assert lists is not None
    hits = []
    for user, items in lists.iter_rows():
        ahead = sum(counts[item] > counts[targets[user]] for item in items)
        tied = sum(counts[item] == counts[targets[user]] for item in items) - 1
        hits.append(ahead + 1 + tied / 2 <= 5)
    assert found["HR@5"] == pytest.approx(np.mean(hits))
    assert 0 < found["HR@5"] < 1


def test_a_prepared_dataset_needs_candidates(raw: Path, tmp_path: Path) -> None:
    dataset = prepare("s3rec", [raw / "sequences.txt"], out=tmp_path / "set")
    with pytest.raises(typer.BadParameter, match="no candidates"):
        bench.direct([dataset.path], cache=tmp_path / "cache", out=tmp_path / "direct.md")


def test_the_page_shows_means_chance_and_what_is_printed() -> None:
    other = {**RESULT, "scores": {**RESULT["scores"], "uniform": {**SCORES, "HR@5": 0.42}}, "seconds": 240.0}
    page = "\n".join(bench.section("amazon-beauty", [RESULT, other], dict.fromkeys(DRAWS, CHANCE)))
    assert "| bpr | 2 | 0.4100 ± 0.0141 | 0.3000 ± 0.0000 |" in page
    assert "| 0.1426 / 0.0913 | 3.0 | 2.00 |" in page
    assert "| bpr | 2 | 0.2000 ± 0.0000 |" in page
    assert "| chance | | 0.0500 |" in page
    assert "- `rr-tools train bpr`" in page


def test_chance_is_the_mean_over_all_places() -> None:
    found = bench.chance([100, 50])
    assert found["HR@5"] == pytest.approx((0.05 + 0.1) / 2)
    assert found["NDCG@5"] == pytest.approx(sum(1 / np.log2(rank + 1) for rank in range(1, 6)) * (0.01 + 0.02) / 2)


def test_the_settings_are_options_of_their_models() -> None:
    assert set(SETTINGS) <= set(DIRECT)
    for model in DIRECT:
        parse_config(get_model(model).config_type, settings_of(model))
    assert all(set(printed) == set(DIRECT) for printed in PRINTED.values())


def test_what_is_drawn_has_several_seeds() -> None:
    assert [seeds_of(model, 3) for model in ("ease", "bpr", "lightgcn")] == [1, 3, 3]
