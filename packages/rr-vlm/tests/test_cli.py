import json
import re
import sys

import numpy as np
import pytest

import rr_vlm
from rr_data import prepare
from rr_data.interfaces import PreparedDataset, sft_rows, to_dataset
from rr_vlm import cli

CONFIG = """
prompt: {history_length: 6, pictures: 0, answers_shown: 3}
backbone: {width: 16, layers: 1, heads: 2, feed_forward: 16}
training: {per_device_train_batch_size: 4, logging_steps: 1, save_steps: 2}
"""


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["rr-vlm", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        output = capsys.readouterr()
        return caught.value.code, output.out, output.err

    return call


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A prepared dataset of eight users and its rows."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    lines = [" ".join(map(str, [user, *rng.permutation(12)[:6]])) for user in range(1, 9)]
    (folder / "raw.txt").write_text("\n".join(lines) + "\n")
    data = prepare("s3rec", [folder / "raw.txt"], out=folder / "data")
    sequences = data.sequences()
    horizon = data.evidence_horizon()
    rows = sft_rows(
        users=np.arange(data.n_users),
        histories=sequences.truncated(sequences.lengths - 1),
        targets=[sequence[-1] for sequence in sequences],
        evidence_horizon=horizon.normalized,
        eh_levels=horizon.levels,
        categories=[[] for _ in range(data.n_items)],
        seed=0,
        history_length=6,
        pictures=0,
    )
    to_dataset(rows).to_parquet(folder / "rows.parquet")
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def test_train_card_and_rank(run, files, tmp_path):
    out = tmp_path / "vlm"
    code, printed, _ = run(
        "train", files / "rows.parquet", "--data", files / "data", "--out", out, "--config", files / "config.yaml",
        "--steps", 4, "--tool", "bpr", "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(printed)["training"]["steps"] == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vlm"]
    code, printed, _ = run("card", out, "--json")
    assert json.loads(printed)["tools"] == ["bpr"]
    user = PreparedDataset.open(files / "data").users["user_id"][0]
    code, printed, _ = run("rank", out, "--data", files / "data", "--user", user, "-k", 3, "--json")
    assert code == 0
    assert len(json.loads(printed)["items"]) == 3


def test_an_interrupted_run_is_resumed(run, files, tmp_path, monkeypatch):
    out = tmp_path / "vlm"
    common = (
        "train",
        files / "rows.parquet",
        "--data",
        files / "data",
        "--out",
        out,
        "--config",
        files / "config.yaml",
    )
    real = rr_vlm.Recipe.run

    def interrupted(recipe, *, resume, progress):
        def stop(step, done, total):
            if done == 3:
                raise KeyboardInterrupt

        return real(recipe, resume=resume, progress=stop)

    with monkeypatch.context() as patched:
        patched.setattr(rr_vlm.Recipe, "run", interrupted)
        code, _, message = run(*common, "--steps", 4)
    assert code == 130
    assert "resume" in message
    code, printed, _ = run("resume", out, "--json")
    assert code == 0
    assert json.loads(printed)["training"]["steps"] == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vlm"]


def test_curriculum(run, tmp_path):
    code, printed, _ = run("curriculum", "--steps", 40, "--plot", tmp_path / "plan.svg", "--json")
    assert code == 0
    assert json.loads(printed)["boundaries"] == {"warm-up": 0, "progressive": 6, "cold-start": 38}
    assert (tmp_path / "plan.svg").read_text().startswith("<svg")
    assert "cold-start" in run("curriculum")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "missing.parquet", "--data", "{data}", "--out", "{out}"),
        ("train", "{broken}", "--data", "{data}", "--out", "{out}"),
        ("train", "{rows}", "--data", "missing", "--out", "{out}"),
        ("train", "{rows}", "--data", "{data}", "--out", "{out}", "--config", "{broken}"),
        ("train", "{rows}", "--data", "{data}", "--out", "{out}", "--config", "{unknown}"),
        ("train", "{rows}", "--data", "{data}"),
        ("resume", "{out}"),
        ("card", "{data}"),
        ("rank", "{data}", "--data", "{data}", "--user", "nobody"),
        ("curriculum", "--steps", "0"),
        ("curriculum", "--plot", "missing/plan.svg"),
        ("unknown",),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(run, files, tmp_path, arguments):
    (tmp_path / "broken").write_text("{[")
    (tmp_path / "unknown").write_text("backbone: {depth: 3}")
    names = {name: tmp_path / name for name in ("out", "broken", "unknown")}
    code, _, message = run(
        *(part.format(data=files / "data", rows=files / "rows.parquet", **names) for part in arguments)
    )
    assert code == 2
    assert re.fullmatch(r"rr-vlm: [^\n]+\n", message)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "unknown"]


def test_help_is_quick_and_lists_the_commands(run):
    code, printed, _ = run("--help")
    assert code == 0
    for command in ("train", "resume", "curriculum", "card", "rank"):
        assert command in printed
