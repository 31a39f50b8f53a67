"""Explainers on the command line: the same commands as for tools that rank."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools import load_explainer, train

PROGRAM = "from rr_tools.cli import main; main()"


@pytest.fixture(scope="module")
def artifact(said, quick, tmp_path_factory):
    return train("peter", said, out=tmp_path_factory.mktemp("command") / "tool", config={**quick("peter"), "epochs": 2})


def run(*arguments):
    called = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    return subprocess.run(called, capture_output=True, text=True, check=False)


def test_serve_check(artifact):
    done = run("serve-check", artifact, "--queries", 5, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["queries"] == 5
    assert 0 < report["p50_ms"] < 1000


def test_predict(artifact, tmp_path):
    asked, out = tmp_path / "asked.jsonl", tmp_path / "texts.jsonl"
    asked.write_text('{"user": 1, "item": 2, "reference": "Fine."}\n{"item": 99, "rating": 5}\n')
    done = run("predict", artifact, "--queries", asked, "--out", out)
    assert (done.returncode, done.stdout) == (0, f"{out}: 2 answers of peter\n"), done.stderr
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["reason"] for row in rows] == load_explainer(artifact).explain([1, -1], [2, 99])
    assert [row["reference"] for row in rows] == ["Fine.", None]
    assert (rows[0]["task"], rows[0]["items"], rows[0]["scores"]) == ("explanation", ["2"], [0.0])


def test_texts_stand_in_a_predictions_table(artifact, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    asked, out = tmp_path / "asked.jsonl", tmp_path / "texts.parquet"
    asked.write_text('{"user": 1, "item": 2, "reference": "Fine."}\n{"item": 3}\n')
    done = run("predict", artifact, artifact, "--queries", asked, "--out", out)
    assert done.returncode == 0, done.stderr
    table = parquet.read_table(out)
    assert table["target"].to_pylist() == ["2", "3"] * 2
    assert table["reference"].to_pylist() == ["Fine.", None] * 2
    assert table["reason"].to_pylist() == load_explainer(artifact).explain([1, -1], [2, 3]) * 2


@pytest.mark.parametrize("option", [["--candidates"], ["--ensemble", "rank-average"], ["--task", "direct"]])
def test_what_only_rankings_have_is_refused(artifact, tmp_path, option):
    done = run("predict", artifact, "--data", tmp_path, "--out", tmp_path / "texts.jsonl", *option)
    assert done.returncode == 2
    assert "explainers rank nothing; leave --candidates, --ensemble and --task out" in done.stderr
