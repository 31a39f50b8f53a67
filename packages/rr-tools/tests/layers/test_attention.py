from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from rr_tools.layers.attention import FieldAttention  # noqa: E402


def test_attention_by_hand():
    layer = FieldAttention(5, 6, heads=2)
    vectors = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0))
    for row in range(3):
        parts = []
        for head in range(2):
            chosen = slice(3 * head, 3 * head + 3)
            queries, keys, values = (
                vectors[row] @ linear.weight[chosen].T for linear in (layer.queries, layer.keys, layer.values)
            )
            parts.append(torch.softmax(queries @ keys.T, dim=1) @ values)
        expected = torch.relu(torch.cat(parts, dim=1) + vectors[row] @ layer.residual.weight.T)
        torch.testing.assert_close(layer(vectors)[row], expected)


def test_fields_change_places_with_their_outputs():
    layer, vectors = FieldAttention(5, 4, heads=1), torch.randn(1, 4, 5)
    order = [2, 0, 3, 1]
    torch.testing.assert_close(layer(vectors[:, order]), layer(vectors)[:, order])
