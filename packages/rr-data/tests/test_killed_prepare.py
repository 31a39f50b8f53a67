"""A killed `prepare` leaves the old dataset or the new one, and a rerun completes it."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from rr_data.checks import check_prepared
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset

# The child counts what the functions of rr-data do, call by call, and kills itself at the n-th: always the same point.
CHILD = """
import os, signal, sys
from rr_data.pipeline import prepare

raw, items, out, at = *sys.argv[1:4], int(sys.argv[4])
calls = 0

def count(frame, event, argument):
    global calls
    calls += frame.f_globals.get("__name__", "").startswith("rr_data")
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
prepare("tabular", [raw], items=items, out=out, seed=1, candidates=3, ctr_negatives=1)
sys.setprofile(None)
sys.stdout.write(str(calls))
"""
POINTS = 20


def run(raw: Path, out: Path, at: int) -> subprocess.CompletedProcess[str]:
    files = [raw / "ratings.csv", raw / "items.tsv", out]
    return subprocess.run([sys.executable, "-c", CHILD, *files, str(at)], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_killed_at_any_point(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    old = prepare("tabular", [raw / "ratings.csv"], out=out, seed=0).checksum
    whole = run(raw, tmp_path / "whole", 0)
    new = PreparedDataset.open(tmp_path / "whole").checksum
    assert old != new
    last = int(whole.stdout)
    points = [*random.Random(0).sample(range(1, last), POINTS - 3), last - 60, last - 25, last - 1]
    for at in points:
        assert run(raw, out, at).returncode == -9
        left = PreparedDataset.open(out)
        left.verify()
        assert left.checksum in (old, new)
    assert run(raw, out, 0).returncode == 0
    done = PreparedDataset.open(out)
    assert done.checksum == new
    assert not [finding for finding in check_prepared(done) if finding.problem]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "raw", "whole"]
    assert isinstance(done.interactions, pl.DataFrame)
