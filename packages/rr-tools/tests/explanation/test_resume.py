"""A training that is killed, truly, goes on to the explainer that an undisturbed one makes."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools.artifact import read_artifact

PROGRAM = """
import os, signal, sys
import rr_tools

out, state, kill_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = rr_tools.ExplanationData(
    users=[row % 7 for row in range(60)], items=[row % 5 for row in range(60)], n_users=7, n_items=5,
    texts=[f"number {row % 5} is good for {row % 7}" for row in range(60)], parts=[row % 10 // 9 for row in range(60)],
)
calls = []

def progress(done, total, text):
    calls.append(text)
    if len(calls) == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

config = {"hidden_size": 16, "inner_size": 16, "batch_size": 16, "epochs": 5}
rr_tools.train("peter", data, out=out, config=config, checkpoint=state, progress=progress)
print(len(calls))
"""


def run(out, state, kill_at=-1):
    arguments = [sys.executable, "-c", PROGRAM, str(out), str(state), str(kill_at)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_killed_and_resumed(tmp_path):
    whole = run(tmp_path / "whole", tmp_path / "state of the whole")
    assert whole.stdout.split() == ["5"], whole.stderr
    assert run(tmp_path / "parts", tmp_path / "state", 2).returncode == -9
    assert not (tmp_path / "parts").exists()
    rest = run(tmp_path / "parts", tmp_path / "state")
    assert rest.stdout.split() == ["3"], rest.stderr
    one, other = read_artifact(tmp_path / "whole"), read_artifact(tmp_path / "parts")
    assert one.files == other.files
    metrics = [{k: v for k, v in item.card.metrics.items() if "seconds" not in k} for item in (one, other)]
    assert metrics[0] == metrics[1]
