from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.losses import SharedNegatives, full_softmax_loss, sampled_softmax_loss  # noqa: E402


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    hidden, items = (torch.randn(size, 8, generator=generator) for size in (6, 400))
    return hidden, items, torch.arange(6)


def test_full_softmax_by_hand(batch):
    hidden, items, targets = batch
    logits = (hidden @ items.T).double().numpy()
    expected = np.mean([np.log(np.exp(row).sum()) - row[target] for row, target in zip(logits, targets, strict=True)])
    assert full_softmax_loss(hidden, items, targets).item() == pytest.approx(expected, rel=1e-5)


def test_sampling_everything_is_the_full_softmax(batch):
    hidden, items, targets = batch
    everything = SharedNegatives(torch.arange(400), 400)
    expected = full_softmax_loss(hidden, items, targets).item()
    assert sampled_softmax_loss(hidden, items, targets, everything).item() == pytest.approx(expected, rel=1e-5)


def test_samples_estimate_the_full_softmax(batch):
    hidden, items, targets = batch
    rng = np.random.default_rng(0)
    samples = [SharedNegatives(torch.from_numpy(rng.choice(400, 100, replace=False)), 400) for _ in range(300)]
    estimate = np.mean([sampled_softmax_loss(hidden, items, targets, sample).item() for sample in samples])
    assert estimate == pytest.approx(full_softmax_loss(hidden, items, targets).item(), rel=0.05)
