from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.s3rec import S3RecEncoder  # noqa: E402
from rr_tools.recbole.sequential_config import S3RecConfig  # noqa: E402

ROWS = torch.tensor([[1, 2, 3, 4, 5, 6], [7, 8, 0, 0, 0, 0]])
CONFIG = S3RecConfig(hidden_size=16, max_length=6)


def test_states_end_in_what_recbole_returns_after_its_pretraining(ring):
    encoder = S3RecEncoder(CONFIG, ring).eval()
    expected = encoder.model(ROWS, bidirectional=False)
    inside = ROWS > 0
    torch.testing.assert_close(encoder.states(ROWS)[inside], expected[inside])


def test_neither_padding_nor_mask_token_is_an_item(ring):
    encoder = S3RecEncoder(CONFIG, ring)
    assert torch.equal(encoder.item_vectors(), encoder.model.item_embedding.weight[1:-1])
    assert len(encoder.item_vectors()) == ring.n_items


def test_recboles_own_loss_is_that_of_the_second_stage(ring):
    encoder = S3RecEncoder(CONFIG, ring).eval()
    lengths, targets = (ROWS > 0).sum(dim=1), torch.tensor([9, 10])
    hidden = encoder.states(ROWS)[torch.arange(2), lengths - 1]
    expected = torch.nn.functional.cross_entropy(hidden @ encoder.model.item_embedding.weight.T, targets)
    torch.testing.assert_close(encoder.own_loss(ROWS, lengths, targets), expected)
