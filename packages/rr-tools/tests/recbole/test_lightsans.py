from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.lightsans import LightSansEncoder  # noqa: E402
from rr_tools.recbole.sequential_config import LightSansConfig  # noqa: E402

ROWS = torch.tensor([[1, 2, 3, 4, 5, 6], [7, 8, 0, 0, 0, 0]])
CONFIG = LightSansConfig(hidden_size=16, max_length=6)


def test_states_end_in_what_recbole_returns(ring):
    encoder = LightSansEncoder(CONFIG, ring).eval()
    lengths = (ROWS > 0).sum(dim=1)
    torch.testing.assert_close(encoder.states(ROWS)[torch.arange(2), lengths - 1], encoder.model(ROWS, lengths))


def test_it_is_not_causal(ring):
    encoder = LightSansEncoder(CONFIG, ring).eval()
    assert not encoder.causal
    later = ROWS.clone()
    later[0, 5] = 19
    assert not torch.allclose(encoder.states(later)[0, 0], encoder.states(ROWS)[0, 0])


def test_operations_of_one_layer_by_hand(ring):
    config = LightSansConfig(hidden_size=2, n_layers=1, n_heads=1, inner_size=3, max_length=5, interests=4)
    projections = 6 * 5 * (2 * 2 * 2)  # query, key, value, output, and query and key of the positions
    pooling = 2 * 2 * (2 * 5 * 2 * 4)  # of keys and values: weights, then the weighted sums
    to_interests = 2 * (2 * 5 * 4 * 2)
    of_positions = 2 * (2 * 5 * 5 * 2)
    feed_forward = 2 * (2 * 5 * 2 * 3)
    expected = projections + pooling + to_interests + of_positions + feed_forward
    assert LightSansEncoder(config, ring).flops_per_history() == expected
