from __future__ import annotations

import sys

import pytest

torch = pytest.importorskip("torch")

from rr_tools import MissingExtraError, TrainingRun  # noqa: E402
from rr_tools.recbole.training_log import TrainingLog  # noqa: E402

ROWS = [{"epoch": 1.0, "loss": 3.0}, {"epoch": 2.0, "loss": 2.5}]


def test_one_row_an_epoch(tmp_path):
    log = TrainingLog(TrainingRun(logs=tmp_path / "logs"), "training", epochs_done=0)
    log.write(ROWS[:1])
    log.write(ROWS)
    log.close()
    assert (tmp_path / "logs" / "training.csv").read_text() == "epoch,loss\n1.0,3.0\n2.0,2.5\n"
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["training.csv"]


def test_nothing_is_written_where_nobody_asks(tmp_path):
    log = TrainingLog(TrainingRun(), "training", epochs_done=0)
    log.write(ROWS)
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_event_files(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    for history in (ROWS[:1], ROWS):
        log = TrainingLog(
            TrainingRun(logs=tmp_path, tensorboard=True), "training", epochs_done=int(history[-1]["epoch"]) - 1
        )
        log.write(history)
        log.close()
    events = accumulator.EventAccumulator(str(tmp_path / "training"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss")] == [(1, 3.0), (2, 2.5)]


def test_a_missing_tensorboard_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingExtraError, match="tensorboard"):
        TrainingLog(TrainingRun(logs=tmp_path, tensorboard=True), "training", epochs_done=0)
