from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.ctr.click_metrics import ClickScore  # noqa: E402
from rr_tools.ctr.training_state import CtrTrainingState, restore_optimizer  # noqa: E402
from rr_tools.recbole.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402


def started(seed):
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 1))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.1)
    return CtrTrainingState(network=network, rng=np.random.default_rng(seed)), optimizer


def step(state, optimizer):
    inputs = torch.from_numpy(state.rng.normal(size=(4, 2)).astype(np.float32)) + torch.rand(4, 2)
    optimizer.zero_grad()
    state.network(inputs).square().mean().backward()
    optimizer.step()


def test_a_checkpoint_holds_all_that_the_next_step_hangs_on(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state, optimizer = started(0)
        step(state, optimizer)
        state.epoch, state.best_epoch, state.best = 3, 2, ClickScore(0.75, 0.5, 9)
        state.best_weights = {name: value.clone() for name, value in state.network.state_dict().items()}
        state.history = [{"epoch": 3.0, "auc": 0.75}]
        write_checkpoint(tmp_path, state.to_checkpoint(optimizer), fingerprint="f")
        step(state, optimizer)
        checkpoint = read_checkpoint(tmp_path, fingerprint="f")
        again, fresh = started(7)
        again.restore(checkpoint)
        restore_optimizer(fresh, checkpoint)
        assert (again.epoch, again.best_epoch, again.best, again.history) == (3, 2, state.best, state.history)
        assert not torch.equal(again.network[0].weight, state.network[0].weight)
        assert torch.equal(again.best_weights["0.weight"], state.best_weights["0.weight"])
        step(again, fresh)
        for name, value in state.network.state_dict().items():
            assert torch.equal(again.network.state_dict()[name], value)
