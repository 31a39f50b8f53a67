from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.nextitnet import NextItNetEncoder  # noqa: E402
from rr_tools.recbole.sequential_config import NextItNetConfig  # noqa: E402

CONFIG = NextItNetConfig(hidden_size=16, max_length=6)


def test_the_last_state_of_a_full_row_is_what_recbole_returns(ring):
    encoder = NextItNetEncoder(CONFIG, ring).eval()
    rows = torch.tensor([[1, 2, 3, 4, 5, 6]])
    torch.testing.assert_close(encoder.states(rows)[:, -1], encoder.model(rows))


@pytest.mark.parametrize("kernel_size", [2, 3])
def test_the_last_states_of_long_rows_are_those_of_all_positions(ring, kernel_size):
    encoder = NextItNetEncoder(NextItNetConfig(hidden_size=16, max_length=30, kernel_size=kernel_size), ring).eval()
    rows = torch.randint(1, ring.n_items + 1, (4, 30), generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([30, 26, 9, 1])
    expected = encoder.states(rows)[torch.arange(4), lengths - 1]
    torch.testing.assert_close(encoder.last_states(rows, lengths), expected)


def test_padding_has_no_effect(ring):
    encoder = NextItNetEncoder(CONFIG, ring).eval()
    padded = torch.tensor([[7, 8, 9, 0, 0, 0]])
    torch.testing.assert_close(encoder.states(padded)[:, 2], encoder.states(padded[:, :3])[:, 2])


def test_operations_by_hand(ring):
    config = NextItNetConfig(hidden_size=2, blocks=3, kernel_size=3, max_length=5)
    convolution = 2 * 5 * 3 * 2 * 2
    assert NextItNetEncoder(config, ring).flops_per_history() == 3 * 2 * 2 * convolution + 2 * 5 * 2 * 2
