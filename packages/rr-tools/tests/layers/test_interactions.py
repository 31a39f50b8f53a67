from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from rr_tools.layers.interactions import (  # noqa: E402
    BilinearFusion,
    CompressedInteraction,
    CrossNetwork,
    LogarithmicNeurons,
    MaskBlock,
    PairwiseProducts,
)

R, F, D = 3, 4, 5


@pytest.fixture
def vectors():
    return torch.rand(R, F, D, generator=torch.Generator().manual_seed(0)) + 0.5


def test_crosses_by_hand():
    network = CrossNetwork(2, 2)
    start = torch.tensor([[2.0, 3.0]])
    expected = start[0]
    for layer in network.layers:
        expected = start[0] * (layer.weight @ expected + layer.bias) + expected
    torch.testing.assert_close(network(start)[0], expected)


def test_products_of_all_pairs(vectors):
    products = PairwiseProducts(F)
    expected = [[(row[i] * row[j]).sum() for i in range(F) for j in range(i + 1, F)] for row in vectors]
    assert products.size == 6
    torch.testing.assert_close(products(vectors), torch.tensor(expected))


def test_compressed_interaction_by_hand(vectors):
    network = CompressedInteraction(F, maps=2, layers=2)
    hidden, pooled = vectors, []
    for layer in network.layers:
        weights = layer.weight.view(2, hidden.size(1), F)
        outer = torch.einsum("rhd,rfd->rhfd", hidden, vectors)
        hidden = torch.einsum("mhf,rhfd->rmd", weights, outer) + layer.bias[None, :, None]
        pooled.append(hidden.sum(dim=2))
    assert network.size == 4
    torch.testing.assert_close(network(vectors), torch.cat(pooled, dim=1))


def test_logarithmic_neurons_are_products_of_powers(vectors):
    neurons = LogarithmicNeurons(F, 2).eval()  # fresh statistics: mean 0, variance 1
    orders = neurons.orders.weight.detach()
    expected = (vectors[:, None] ** orders[None, :, :, None]).prod(dim=2)
    torch.testing.assert_close(neurons(-vectors), expected, rtol=1e-3, atol=1e-4)
    assert torch.isfinite(neurons(torch.zeros(R, F, D))).all()


def test_the_mask_comes_from_the_row():
    block = MaskBlock(6, 4, 3, reduction=2.0, dropout=0.0)
    row, values = torch.randn(R, 6), torch.randn(R, 4)
    linear, norm = block.hidden[0], block.hidden[1]
    expected = torch.relu(norm(linear(block.mask(row) * values)))
    assert block.mask[0].out_features == 8
    torch.testing.assert_close(block(row, values), expected)


def test_fusion_by_hand():
    fusion = BilinearFusion(4, 6, heads=2)
    first, second = torch.randn(R, 4), torch.randn(R, 6)
    expected = fusion.first(first)[:, 0] + fusion.second(second)[:, 0]
    for head in range(2):
        left, right = first[:, 2 * head : 2 * head + 2], second[:, 3 * head : 3 * head + 3]
        expected = expected + torch.einsum("ri,ij,rj->r", left, fusion.between[head], right)
    torch.testing.assert_close(fusion(first, second), expected)
