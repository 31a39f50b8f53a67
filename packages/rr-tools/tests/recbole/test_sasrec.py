from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.sasrec import SasRecEncoder, transformer_flops  # noqa: E402
from rr_tools.recbole.sequential_config import SasRecConfig  # noqa: E402

ROWS = torch.tensor([[1, 2, 3, 4, 5, 6], [7, 8, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0]])


def test_states_end_in_what_recbole_returns(ring):
    encoder = SasRecEncoder(SasRecConfig(hidden_size=16, max_length=6), ring).eval()
    lengths = (ROWS > 0).sum(dim=1)
    torch.testing.assert_close(encoder.states(ROWS)[torch.arange(3), lengths - 1], encoder.model(ROWS, lengths))


def test_a_state_hangs_on_the_items_before_it_only(ring):
    encoder = SasRecEncoder(SasRecConfig(hidden_size=16, max_length=6), ring).eval()
    torch.testing.assert_close(encoder.states(ROWS[:1])[:, :3], encoder.states(ROWS[:1, :3]))


def test_operations_of_one_layer_by_hand():
    config = SasRecConfig(hidden_size=2, n_layers=1, n_heads=1, inner_size=3, max_length=5)
    projections = 4 * 5 * (2 * 2 * 2)  # query, key, value, output: a 5x2 by 2x2 product each
    attention = 2 * (2 * 5 * 5 * 2)  # scores and their weighted sum
    feed_forward = 2 * (2 * 5 * 2 * 3)
    assert transformer_flops(config) == projections + attention + feed_forward
