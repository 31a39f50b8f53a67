from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from rr_tools.layers.initialization import start_linear_layers  # noqa: E402


def test_linear_layers_alone_are_started():
    network = torch.nn.Sequential(torch.nn.Embedding(3, 200), torch.nn.Linear(200, 200), torch.nn.LayerNorm(200))
    before = network[0].weight.clone()
    start_linear_layers(network)
    assert network[1].weight.std().item() == pytest.approx((2 / 400) ** 0.5, rel=0.05)
    assert not network[1].bias.any()
    assert (network[0].weight == before).all()
    assert (network[2].weight == 1).all()
