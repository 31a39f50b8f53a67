"""The command line, run as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from rr_tools import cli


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `rr-tools` with arguments; return exit code, output and errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["rr-tools", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        return stop.value.code or 0, captured.out, captured.err

    return call


@pytest.fixture
def prepared(monkeypatch, ring):
    """The folder of a prepared dataset, without rr-data."""
    monkeypatch.setattr("rr_tools.training_data._from_folder", lambda folder, until: ring)
    return "prepared"


def test_list(run):
    code, out, _ = run("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == sorted(json.loads(run("list", "--json")[1]))
    assert "sasrec" in out


def test_train_card_and_serve_check(run, prepared, tmp_path):
    out = tmp_path / "tool"
    code, printed, _ = run("train", "item-transition", prepared, "--out", out, "--set", "window=3", "--seed", 4)
    assert code == 0
    assert "validation_ndcg@5" in printed
    card = json.loads(run("card", out, "--json")[1])
    assert (card["config"]["window"], card["seed"]) == (3, 4)
    assert "window 3" in run("card", out)[1]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from rr_tools.cli import main; main()",
            "serve-check",
            str(out),
            "--queries",
            "5",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["p50_ms"] < 1000


def test_train_prints_the_card_as_json(run, prepared, tmp_path):
    code, printed, _ = run("train", "popularity", prepared, "--out", tmp_path / "tool", "--json")
    assert (code, json.loads(printed)["model"]) == (0, "popularity")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "sasrek", "DATA", "--out", "OUT"], "did you mean 'sasrec'"),
        (["train", "popularity", "DATA", "--out", "OUT", "--set", "window=3"], "unknown option 'window'"),
        (["train", "popularity", "DATA", "--out", "OUT", "--set", "window"], "is not KEY=VALUE"),
        (["train", "item-transition", "DATA", "--out", "OUT", "--set", "window=few"], "a whole number"),
        (["card", "OUT"], "there is no folder"),
        (["serve-check", "OUT"], "there is no folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, prepared, tmp_path, arguments, message):
    replaced = [str(tmp_path / "tool") if argument == "OUT" else argument for argument in arguments]
    code, out, err = run(*replaced)
    assert (code, out) == (2, "")
    assert err.startswith("rr-tools: ")
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_another_schema_version(run, transition_artifact):
    path = transition_artifact / "card.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    code, _, err = run("serve-check", transition_artifact)
    assert code == 2
    assert "schema version 2" in err


def test_a_folder_without_data(run, tmp_path):
    pytest.importorskip("rr_data.interfaces")
    code, _, err = run("train", "popularity", tmp_path / "none", "--out", tmp_path / "tool")
    assert code == 2
    assert len(err.strip().splitlines()) == 1


def test_nan_metrics_are_never_written(run, prepared, tmp_path):
    run("train", "popularity", prepared, "--out", tmp_path / "tool")
    assert np.isfinite(json.loads(run("card", tmp_path / "tool", "--json")[1])["flops_per_query"])
