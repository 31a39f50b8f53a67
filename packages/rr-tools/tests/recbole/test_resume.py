"""A training that is killed, truly, goes on to the tool that an undisturbed one makes."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.artifact import read_artifact

PROGRAM = """
import os, signal, sys
import numpy as np
import rr_tools

out, state, kill_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
rng = np.random.default_rng(0)
data = rr_tools.TrainingData(
    items=rng.integers(0, 30, 600), offsets=np.arange(0, 601, 10), n_items=30, validation=rng.integers(0, 30, 60),
    attributes=rr_tools.ItemAttributes.of_names([[f"a{item % 4}"] for item in range(30)]),
)
config = {"hidden_size": 16, "max_length": 8, "batch_size": 16, "epochs": 6, "patience": 6, "pretraining_epochs": 3}
calls = []

def progress(done, total, text):
    calls.append(text)
    if len(calls) == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

rr_tools.train("s3rec", data, out=out, config=config, checkpoint=state, progress=progress)
print(len(calls))
"""


def run(out, state, kill_at=-1):
    arguments = [sys.executable, "-c", PROGRAM, str(out), str(state), str(kill_at)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def test_killed_and_resumed(tmp_path):
    """Once in S3-Rec's pretraining and once in the training that all sequential models share."""
    whole = run(tmp_path / "whole", tmp_path / "state of the whole")
    assert whole.stdout.split() == ["9"], whole.stderr
    for kill_at in (2, 4):
        assert run(tmp_path / "parts", tmp_path / "state", kill_at).returncode == -9
        assert not (tmp_path / "parts").exists()
    rest = run(tmp_path / "parts", tmp_path / "state")
    assert rest.stdout.split() == ["3"], rest.stderr
    one, other = read_artifact(tmp_path / "whole"), read_artifact(tmp_path / "parts")
    assert one.files == other.files
    metrics = [
        {name: value for name, value in artifact.card.metrics.items() if "seconds" not in name}
        for artifact in (one, other)
    ]
    assert metrics[0] == metrics[1]
