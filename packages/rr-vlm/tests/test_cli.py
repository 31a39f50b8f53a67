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


@pytest.fixture(scope="module")
def made(files, tmp_path_factory):
    """A reasoner of four steps."""
    values = rr_vlm.read_options(files / "config.yaml")
    values["training"]["max_steps"] = 2
    out = tmp_path_factory.mktemp("made") / "vlm"
    where = {"rows": [str(files / "rows.parquet")], "data": str(files / "data"), "out": str(out)}
    return rr_vlm.Recipe.of({**values, **where, "preset": "p5"}).run()


def test_score_explain_and_observe(run, files, made, tmp_path):
    data = PreparedDataset.open(files / "data")
    asked = ("--data", files / "data", "--user", data.users["user_id"][0], "--json")
    items = data.items["item_id"].to_list()
    code, printed, _ = run("score", made, *asked, "--item", items[0], "--item", items[1])
    assert code == 0
    assert [0 < json.loads(line)["probability"] < 1 for line in printed.splitlines()] == [True, True]
    code, printed, _ = run("explain", made, *asked, "--item", items[0], "--stars", 4, "--words", 3, "--note", "Good")
    assert code == 0
    assert isinstance(json.loads(printed)["text"], str)
    for more in ((), ("--reasoner", made)):
        code, printed, _ = run("observe", files / "data", "--out", tmp_path / "seen.npz", "--width", 8, "--json", *more)
        assert code == 0
        assert rr_vlm.Observation.load(tmp_path / "seen.npz").users.shape[0] == data.n_users


def test_the_model_card_names_data_and_metrics_and_is_pushed(run, files, made, tmp_path, monkeypatch):
    (tmp_path / "metrics.json").write_text('{"hr@5": 0.05}')
    code, printed, _ = run("card", made, "--write", "--metrics", tmp_path / "metrics.json")
    assert code == 0
    written = (made / "README.md").read_text()
    assert PreparedDataset.open(files / "data").manifest.item_map_checksum in written
    assert "| hr@5 | 0.0500 |" in written
    assert "| preset | p5 |" in written
    calls = []

    class Hub:
        def create_repo(self, repository, *, private, exist_ok):
            calls.append((repository, private, exist_ok))

        def upload_folder(self, *, repo_id, folder_path, commit_message):
            calls.append(sorted(path.name for path in folder_path.iterdir()))
            return f"https://huggingface.co/{repo_id}/commit/1"

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    code, printed, _ = run("push", made, "me/films")
    assert printed == "https://huggingface.co/me/films/commit/1\n"
    assert calls[0] == ("me/films", True, True)
    assert {"README.md", "model.safetensors", "reasoner.json"} <= set(calls[1])

    class Offline(Hub):
        def create_repo(self, *_, **__):
            raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.HfApi", Offline)
    code, _, message = run("push", made, "me/films")
    assert code == 2
    assert "hf auth login" in message


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
        ("curriculum", "--config", "{misspelt}"),
        ("train", "{rows}", "--data", "{data}", "--out", "{out}", "--preset", "p6"),
        ("train", "{rows}", "--data", "{data}", "--out", "{out}", "--template", "99"),
        ("push", "{data}", "me/films"),
        ("card", "{data}", "--write", "--metrics", "{broken}"),
        ("observe", "{data}", "--out", "missing/seen.npz"),
        ("explain", "{data}", "--data", "{data}", "--user", "a", "--user", "b", "--item", "c"),
        ("explain", "{data}", "--data", "{data}", "--user", "a", "--item", "c", "--note", "a", "--note", "b"),
        ("curriculum", "--plot", "missing/plan.svg"),
        ("unknown",),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(run, files, tmp_path, arguments):
    (tmp_path / "broken").write_text("{[")
    (tmp_path / "unknown").write_text("backbone: {depth: 3}")
    (tmp_path / "misspelt").write_text("training: {curriculum: {warmup: 1}}")
    names = {name: tmp_path / name for name in ("out", "broken", "unknown", "misspelt")}
    code, _, message = run(
        *(part.format(data=files / "data", rows=files / "rows.parquet", **names) for part in arguments)
    )
    assert code == 2
    assert re.fullmatch(r"rr-vlm: [^\n]+\n", message)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "misspelt", "unknown"]


def test_help_is_quick_and_lists_the_commands(run):
    code, printed, _ = run("--help")
    assert code == 0
    for command in ("train", "resume", "curriculum", "observe", "rank", "score", "explain", "card", "push"):
        assert command in printed
