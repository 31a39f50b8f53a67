from __future__ import annotations

import csv
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools import CheckpointError, TrainingRun  # noqa: E402
from rr_tools.ctr.click_metrics import ClickScore  # noqa: E402
from rr_tools.ctr.config import CtrConfig  # noqa: E402
from rr_tools.ctr.epoch_keeper import EpochKeeper  # noqa: E402
from rr_tools.ctr.training_state import CtrTrainingState  # noqa: E402


def keep(scores, *, run=None, **options):
    """Pretend one epoch a score; its number is the network's only weight. Returns keeper, rates, epochs run."""
    network = torch.nn.Linear(1, 1, bias=False)
    state = CtrTrainingState(network=network, rng=np.random.default_rng(0))
    keeper = EpochKeeper(state, CtrConfig(**options), run or TrainingRun())
    optimizer = torch.optim.Adam(network.parameters(), lr=1.0)
    trainer = SimpleNamespace(optimizers=[optimizer], should_stop=False)
    rates = []
    for epoch, score in enumerate(scores, start=1):
        if trainer.should_stop:
            break
        torch.nn.init.constant_(network.weight, epoch)
        found = None if score is None else ClickScore(*score, 10)
        keeper.on_train_epoch_start(trainer, None)
        keeper.on_train_epoch_end(trainer, SimpleNamespace(score=found, loss=0.5))
        rates.append(optimizer.param_groups[0]["lr"])
    keeper.close()
    return keeper, rates


def test_the_best_weights_are_kept_and_the_rate_falls():
    keeper, rates = keep([(0.6, 0.5), (0.8, 0.4), (0.7, 0.3), (0.8, 0.2), (0.9, 0.1)])
    assert (keeper.state.epoch, keeper.state.best_epoch) == (4, 2)
    assert keeper.state.best_weights["weight"].item() == 2.0
    assert rates == pytest.approx([1.0, 1.0, 0.1, 0.01])
    assert keeper.epochs_left == 0


def test_logloss_can_be_watched():
    keeper, _ = keep([(0.6, 0.5), (0.8, 0.6), (0.5, 0.4)], monitor="logloss")
    assert keeper.state.best_epoch == 3


def test_without_validation_the_last_epoch_counts():
    keeper, rates = keep([None, None, None], epochs=5)
    assert (keeper.state.best_epoch, keeper.state.best_weights, keeper.epochs_left) == (3, None, 2)
    assert rates == [1.0, 1.0, 1.0]


def test_who_watches_is_told_and_may_stop_it():
    def watch(epoch, score):
        raise StopIteration(epoch, score)

    with pytest.raises(StopIteration, match=r"1, 0\.6"):
        keep([(0.6, 0.5)], run=TrainingRun(watch=watch))


def test_figures_are_logged_and_kept(tmp_path):
    run = TrainingRun(logs=tmp_path / "logs", checkpoint=tmp_path / "state", fingerprint="mine")
    keep([(0.6, 0.5), (0.7, 0.4)], run=run)
    with (tmp_path / "logs" / "training.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["epoch"], row["auc"], row["logloss"]) for row in rows] == [
        ("1.0", "0.6", "0.5"),
        ("2.0", "0.7", "0.4"),
    ]
    keeper, _ = keep([], run=run)
    assert (keeper.state.epoch, keeper.state.best.auc, keeper.epochs_left) == (2, 0.7, 28)
    with pytest.raises(CheckpointError, match="another training"):
        keep([], run=TrainingRun(checkpoint=tmp_path / "state", fingerprint="other"))
