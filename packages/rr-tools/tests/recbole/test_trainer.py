from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.recbole.seeding import seeded  # noqa: E402
from rr_tools.recbole.trainer import Optimization, fit_module  # noqa: E402
from rr_tools.validation import NextItemScore  # noqa: E402


def run(scores, *, epochs=10, patience=2):
    """Train one weight towards 1, validate with prepared scores; return result, module, weight after each epoch."""
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    weights, remaining = [], iter(scores or [])

    def validate():
        assert not module.training
        weights.append(module.weight.item())
        return NextItemScore(0.0, next(remaining), 1)

    result = fit_module(
        module,
        batches=lambda rng: [torch.ones(1, 1)] * 3,
        loss=lambda batch: (module(batch) - 1).square().mean(),
        validate=validate if scores is not None else None,
        optimization=Optimization(
            learning_rate=0.01, weight_decay=0.0, epochs=epochs, patience=patience, steps_per_epoch=3
        ),
        rng=np.random.default_rng(0),
        progress=lambda done, total, text: None,
    )
    return result, module, weights


def test_the_best_weights_are_kept():
    result, module, weights = run([0.1, 0.5, 0.3, 0.2])
    assert (result.best_epoch, result.epochs, result.best.ndcg) == (2, 4, 0.5)
    assert module.weight.item() == pytest.approx(weights[1])
    assert not module.training


def test_an_equal_score_is_no_improvement():
    assert run([0.5, 0.5, 0.5])[0].best_epoch == 1


def test_without_validation_the_last_epoch_counts():
    result, module, _ = run(None, epochs=5)
    assert (result.epochs, result.best_epoch, result.best) == (5, 5, None)
    assert module.weight.item() > 0


def test_seeding_restores_the_callers_generator():
    torch.manual_seed(7)
    expected = torch.rand(2)
    torch.manual_seed(7)
    with seeded(0):
        first = torch.rand(3)
    assert torch.equal(torch.rand(2), expected)
    with seeded(0):
        assert torch.equal(torch.rand(3), first)
