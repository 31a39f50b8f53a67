"""The bench `ctr` on a set of a few users: what it trains, what it keeps, what a peer gets, what its page says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from recipes.bench import ctr as bench
from recipes.bench.ctr_peer import export
from recipes.bench.ctr_peer_options import PEERS, model_configs
from recipes.bench.ctr_peer_results import peer_results
from recipes.bench.ctr_run import scored
from recipes.bench.ctr_settings import SETTINGS, settings_of
from rr_data import prepare
from rr_tools import get_model
from rr_tools.configuration import parse_config

PEER_LINE = (
    " 20261124,[command] python run_expid.py --config x --expid dcnv2-1,[exp_id] dcnv2-1,[dataset_id] ring,"
    "[train] N.A.,[val] logloss: 0.3 - AUC: 0.8,[test] logloss: 0.25 - AUC: 0.75"
)


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """A prepared set of users who walk round a ring of twelve items."""
    rng = np.random.default_rng(0)
    starts = rng.integers(12, size=40)
    rows = [f"u{user},i{(start + step) % 12},{step}" for user, start in enumerate(starts) for step in range(7)]
    table = tmp_path / "ratings.csv"
    table.write_text("user_id,item_id,timestamp\n" + "\n".join(rows))
    return prepare("tabular", [table], ctr_negatives=2, out=tmp_path / "ring").path


def test_results_are_kept_and_written_to_the_page(ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, out = tmp_path / "peer" / "ring", tmp_path / "ctr.md"
    peer.mkdir(parents=True)
    (peer / "results.csv").write_text(PEER_LINE + "\n")
    out.write_text("# Mine\n\nHow it was done.\n")
    app = typer.Typer()
    app.command()(bench.ctr)
    arguments = ["--data", str(ring), "--models", "dcnv2", "--seeds", "1", "--cache", str(tmp_path / "cache")]
    arguments += ["--peer", str(peer.parent), "--out", str(out)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    folder = tmp_path / "cache" / "ring" / "dcnv2" / "0"
    result, predictions = (
        json.loads((folder / "result.json").read_text()),
        pl.read_parquet(folder / "predictions.parquet"),
    )
    assert scored(predictions["label"].to_numpy(), predictions["probability"].to_numpy()) == result["test"]
    assert result["p50_ms"] > 0
    assert "| 0.7500 | 0.2500 |" in out.read_text()
    monkeypatch.setattr(bench, "_train", None)  # what is there is not trained again, and the head is kept
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert out.read_text().startswith("# Mine\n\nHow it was done.\n\n<!-- tables -->\n")
    assert out.read_text().count("## ring") == 1


def test_the_peer_gets_the_same_rows(ring: Path, tmp_path: Path) -> None:
    export(ring, tmp_path / "peer")
    clicks = pl.read_parquet(ring / "ctr.parquet")
    for file, part in (("train", "train"), ("valid", "validation"), ("test", "test")):
        rows = pl.read_csv(tmp_path / "peer" / "rows" / f"{file}.csv", schema_overrides={"recent": pl.String})
        ours = clicks.filter(pl.col("part") == part)
        assert rows["label"].to_list() == ours["label"].to_list()
        assert rows["item"].to_list() == (ours["item"] + 1).to_list()
    assert rows["recent"].str.count_matches(r"\^").to_list() == [4] * rows.height
    described = json.loads((tmp_path / "peer" / "dataset_config.yaml").read_text())["ring"]
    names = [column["name"] for column in described["feature_cols"]]
    assert names.index("item") < names.index("recent")


def test_the_peer_has_the_same_budget() -> None:
    configs = model_configs("ring", Path("out"))
    assert set(configs) == {"Base", *(f"{model}-{seed}" for model in PEERS for seed in (0, 1))}
    assert configs["Base"]["embedding_dim"] == settings_of("dlrm")["embedding_size"]
    assert configs["dlrm-0"]["top_mlp_units"] == [settings_of("dlrm")["hidden_size"]] * 2


def test_lines_of_the_peer_are_read(tmp_path: Path) -> None:
    again = PEER_LINE.replace("0.75", "0.76")
    (tmp_path / "results.csv").write_text(f"{PEER_LINE}\nsomething else\n{again}\n")
    assert peer_results(tmp_path) == {"dcnv2": [{"logloss": 0.25, "auc": 0.76}]}


@pytest.mark.parametrize("model", SETTINGS)
def test_settings_are_options(model: str) -> None:
    parse_config(get_model(model).config_type, settings_of(model))
