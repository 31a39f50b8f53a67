"""The command line, run as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import rr_tools
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
    monkeypatch.setattr("rr_tools.training_data.read_prepared", lambda folder, read: ring)
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


def test_features_checkpoint_and_logs(run, prepared, ring, tmp_path):
    pytest.importorskip("recbole")
    np.save(tmp_path / "features.npy", np.ones((ring.n_items, 2)))
    files = [
        *("--features", tmp_path / "features.npy", "--checkpoint", tmp_path / "state"),
        *("--logs", tmp_path / "logs", "--tensorboard"),
    ]
    small = [option for setting in ("epochs=1", "hidden_size=8", "max_length=4") for option in ("--set", setting)]
    code, _, err = run("train", "sasrec+v", prepared, "--out", tmp_path / "tool", *files, *small)
    assert code == 0, err
    assert (tmp_path / "state" / "training" / "checkpoint.json").exists()
    assert (tmp_path / "logs" / "training.csv").read_text().startswith("epoch,loss")
    assert list((tmp_path / "logs" / "training").glob("events.out.tfevents.*"))
    command = json.loads(run("card", tmp_path / "tool", "--json")[1])["command"]
    assert "--features FEATURES" in command


def test_tune_prints_the_command_that_trains_the_best(run, prepared, tmp_path):
    pytest.importorskip("optuna")
    arguments = (
        "tune",
        "item-transition",
        prepared,
        "--trials",
        3,
        "--storage",
        tmp_path / "t.db",
        "--set",
        "window=2",
    )
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out.startswith("best of 3 trials (0 pruned): 0.")
    assert f"rr-tools train item-transition {prepared} --out OUT --seed 0 --set window=2" in out
    told = json.loads(run(*arguments, "--json")[1])
    assert told["command"] == out.splitlines()[1]
    assert (told["trials"], told["options"]["window"]) == (3, "2")


def test_export(run, transition_artifact, tmp_path):
    code, out, _ = run("export", transition_artifact, "--out", tmp_path / "copy")
    assert (code, out) == (0, f"{tmp_path / 'copy'}: copied; 1,000 queries, largest difference 0.0e+00\n")
    assert json.loads(run("export", transition_artifact, "--out", tmp_path / "copy", "--json")[1])["queries"] == 1000


def test_predict_histories(run, transition_artifact, ring, tmp_path):
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"history": [3, 4], "user": 1, "target": 6}\n{"history": []}\n')
    popularity = rr_tools.train("popularity", ring, out=tmp_path / "popularity")
    files = (transition_artifact, popularity, "--queries", asked)
    out = tmp_path / "answers.jsonl"
    code, told, _ = run("predict", *files, "--out", out, "--k", 3, "--ensemble", "rank-average")
    assert (code, told) == (0, f"{out}: 6 answers of item-transition, popularity, rank-average\n")
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["system"] for row in rows][::2] == ["item-transition", "popularity", "rank-average"]
    assert rows[0]["items"][0] == "5"
    assert all(len(row["items"]) == 3 for row in rows)
    told = json.loads(run("predict", *files, "--out", out, "--json")[1])
    assert told == {"rows": 4, "systems": ["item-transition", "popularity"], "file": str(out)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tune", "popularity", "DATA"], "leaves nothing to tune"),
        (["export", "OUT", "--out", "COPY"], "there is no folder"),
        (["predict", "OUT", "--out", "a.jsonl"], "there is no folder"),
        (["predict", "OUT"], "Missing option '--out'"),
        (["predict", "OUT", "--out", "a.jsonl", "--part", "train"], "'train' is not one of"),
        (["trian"], "No such command 'trian'"),
        (["train", "sasrek", "DATA", "--out", "OUT"], "did you mean 'sasrec'"),
        (["train", "popularity", "DATA", "--out", "OUT", "--set", "window=3"], "unknown option 'window'"),
        (["train", "popularity", "DATA", "--out", "OUT", "--set", "window"], "is not KEY=VALUE"),
        (["train", "item-transition", "DATA", "--out", "OUT", "--set", "window=few"], "a whole number"),
        (["train", "popularity", "DATA", "--out", "OUT", "--tensorboard"], "needs --logs"),
        (["train", "popularity", "DATA", "--out", "OUT", "--features", "none.npy"], "none.npy is no NumPy file"),
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what is asked"),
        (["--queries", "none.jsonl"], "none.jsonl cannot be read"),
        (["--queries", "q", "--candidates"], "--candidates are those of a dataset"),
    ],
)
def test_what_is_asked_must_be_there(run, transition_artifact, tmp_path, arguments, message):
    code, out, err = run("predict", transition_artifact, "--out", tmp_path / "answers.jsonl", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "answers.jsonl").exists()


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
