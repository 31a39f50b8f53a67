from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.recbole.checkpoint import Checkpoint  # noqa: E402
from rr_tools.recbole.seeding import seeded  # noqa: E402
from rr_tools.recbole.training_state import TrainingState  # noqa: E402
from rr_tools.validation import NextItemScore  # noqa: E402


def new_state(seed):
    module = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.1, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    return TrainingState(module=module, optimizer=optimizer, schedule=schedule, rng=np.random.default_rng(seed))


def step(state):
    """One step whose data hang on both generators."""
    inputs = torch.from_numpy(state.rng.normal(size=(3, 2)).astype(np.float32)) + torch.randn(3, 2)
    state.optimizer.zero_grad()
    state.module(inputs).square().mean().backward()
    state.optimizer.step()
    state.schedule.step()


@pytest.mark.parametrize("with_best", [True, False])
def test_a_restored_state_takes_the_same_steps(with_best):
    with seeded(0):
        state = new_state(1)
        step(state)
        state.epoch, state.history = 3, [{"epoch": 3.0}]
        if with_best:
            state.best, state.best_epoch = NextItemScore(0.5, 0.25, 8), 2
            state.best_weights = {"weight": torch.zeros(2, 2), "bias": torch.ones(2)}
        kept = state.to_checkpoint()
        kept = Checkpoint(
            {name: value.clone() for name, value in kept.tensors.items()}, json.loads(json.dumps(kept.values))
        )
        step(state)
        step(state)
        expected = state.module.weight.detach().clone()
    with seeded(99):
        other = new_state(7)
        other.restore(kept)
        assert (other.epoch, other.best_epoch, other.best, other.history) == (
            3,
            state.best_epoch,
            state.best,
            [{"epoch": 3.0}],
        )
        assert (other.best_weights is not None) == with_best
        step(other)
        step(other)
    assert torch.equal(other.module.weight, expected)
    assert other.schedule.get_last_lr() == state.schedule.get_last_lr()
