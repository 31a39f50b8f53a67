from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rr_data.cli import main
from rr_data.prepared import PreparedDataset


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rr-data", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    return call


def test_prepare_describe_horizon_check(run, raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["prepare", "tabular", raw / "ratings.csv", "--items", raw / "items.tsv", "--out", out, "--seed", 3]
    code, text, _ = run(*arguments, "--json")
    assert code == 0
    assert json.loads(text)["counts"]["interactions"] == 14
    assert PreparedDataset.open(out).manifest.id_seed == 3
    code, text, _ = run("describe", out, "--json")
    assert json.loads(text)["parts"]["test"] == 3
    assert "sparsity" in run("describe", out)[1]
    assert json.loads(run("horizon", out, "--all", "--json")[1])["raw"]["low"] == 0.5
    assert "rank *" in run("horizon", out)[1]
    assert run("check", out)[0] == 0
    (out / "images").mkdir()
    (out / "users.parquet").write_bytes((out / "users.parquet").read_bytes() + b"x")
    code, text, _ = run("check", out, "--json")
    assert code == 1
    assert "users.parquet" in json.loads(text)["checksums"]


def test_rejected_rows_are_shown(run, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("u,i,t\nx,a,1\nx,b,z\n")
    options = ["--option", "user_id=u", "--option", "item_id=i", "--option", "timestamp=t"]
    code, text, _ = run("prepare", "tabular", tmp_path / "r.csv", "--out", tmp_path / "o", *options)
    assert code == 0
    assert "r.csv, line 3: t: not a whole number" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prepare", "tabluar", "ratings.csv", "--out", "out"], "Did you mean 'tabular'?"),
        (["prepare", "tabular", "nothing.csv", "--out", "out"], "nothing.csv: no such file"),
        (["prepare", "tabular", "ratings.csv", "--items", "no.tsv", "--out", "out"], "no.tsv: no such file"),
        (["prepare", "tabular", "empty.csv", "--out", "out"], "empty"),
        (["prepare", "tabular", "header.csv", "--out", "out"], "no interactions in header.csv"),
        (["prepare", "tabular", "ratings.csv", "--images", "ratings.csv", "--out", "out"], "not a folder"),
        (["prepare", "tabular", "ratings.csv", "--out", "full"], "full: a folder that is not a prepared dataset"),
        (["prepare", "tabular", "ratings.csv", "--out", "items.tsv"], "items.tsv: a file stands there"),
        (["prepare", "tabular", "ratings.csv", "--normalizer", "rnak", "--out", "out"], "Did you mean 'rank'?"),
        (["prepare", "tabular", "ratings.csv", "--seed", "-1", "--out", "out"], "seed: received -1"),
        (["prepare", "tabular", "ratings.csv", "--k-core", "-1", "--out", "out"], "k_core: received -1"),
        (["prepare", "tabular", "ratings.csv", "--option", "rating", "--out", "out"], "NAME=VALUE"),
        (["prepare", "tabular", "ratings.csv", "--option", "ratng=r", "--out", "out"], "Did you mean 'rating'?"),
        (["prepare", "tabular", "ratings.csv", "--seed", "x", "--out", "out"], "--seed"),
        (["prepare", "tabular", "ratings.csv"], "out"),
        (["describe", "nowhere"], "nowhere: no such folder"),
        (["horizon", "full"], "no manifest.json"),
        (["check", "old"], "schema version 9"),
        ([], "Missing command"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(run, raw: Path, monkeypatch, arguments: list[str], says: str) -> None:
    pytest.importorskip("PIL")
    monkeypatch.chdir(raw)
    (raw / "empty.csv").write_text("")
    (raw / "header.csv").write_text("user_id,item_id\n")
    (raw / "full").mkdir()
    (raw / "full" / "thesis.txt").write_text("precious")
    (raw / "old").mkdir()
    (raw / "old" / "manifest.json").write_text('{"kind": "prepared-dataset", "schema_version": 9}')
    before = sorted(path.relative_to(raw) for path in raw.rglob("*"))
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    assert error.startswith("rr-data: ")
    assert says in error
    assert sorted(path.relative_to(raw) for path in raw.rglob("*")) == before
