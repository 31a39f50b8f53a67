"""A click-through training that is killed, truly, goes on to the tool that an undisturbed one makes."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools.artifact import read_artifact

PROGRAM = """
import os, signal, sys
import numpy as np
import rr_tools

model, out, state, kill_at = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
rng = np.random.default_rng(0)
data = rr_tools.TrainingData(
    items=rng.integers(0, 30, 600), offsets=np.arange(0, 601, 10), n_items=30, validation=rng.integers(0, 30, 60)
)
calls = []

def progress(done, total, text):
    calls.append(text)
    if len(calls) == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

config = {"epochs": 5, "patience": 5, "batch_size": 256}
rr_tools.train(model, data, out=out, config=config, seed=3, checkpoint=state, progress=progress)
"""


def test_killed_and_called_again(tmp_path):
    def run(out, state, kill_at):
        arguments = [sys.executable, "-c", PROGRAM, "afn+", str(out), str(state), str(kill_at)]
        return subprocess.run(arguments, capture_output=True, text=True, check=False)

    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    assert run(undisturbed, tmp_path / "a", 0).returncode == 0
    assert run(killed, tmp_path / "b", 2).returncode == -9
    assert not killed.exists()
    assert run(killed, tmp_path / "b", 0).returncode == 0
    first, second = read_artifact(undisturbed), read_artifact(killed)
    assert first.files == second.files
    timed = {"training_seconds"}
    assert {k: v for k, v in first.card.metrics.items() if k not in timed} == {
        k: v for k, v in second.card.metrics.items() if k not in timed
    }
