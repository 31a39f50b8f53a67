from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.last_states import gather_last  # noqa: E402
from rr_tools.recbole.lightsans import LightSansEncoder  # noqa: E402
from rr_tools.recbole.nextitnet import NextItNetEncoder  # noqa: E402
from rr_tools.recbole.s3rec import S3RecEncoder  # noqa: E402
from rr_tools.recbole.sasrec import SasRecEncoder  # noqa: E402
from rr_tools.recbole.sequential_config import LightSansConfig, NextItNetConfig, S3RecConfig, SasRecConfig  # noqa: E402

SIZES = {"hidden_size": 16, "max_length": 5}
ENCODERS = [
    (SasRecEncoder, SasRecConfig(**SIZES)),
    (S3RecEncoder, S3RecConfig(**SIZES)),
    (LightSansEncoder, LightSansConfig(**SIZES)),
    (NextItNetEncoder, NextItNetConfig(**SIZES)),
]


@pytest.mark.parametrize(("encoder_type", "config"), ENCODERS)
def test_the_last_states_are_those_of_all_positions(ring, encoder_type, config):
    encoder = encoder_type(config, ring).eval()
    rows, lengths = torch.tensor([[3, 1, 0, 0, 0], [5, 6, 7, 8, 9], [2, 0, 0, 0, 0]]), torch.tensor([2, 5, 1])
    torch.testing.assert_close(encoder.last_states(rows, lengths), gather_last(encoder.states(rows), lengths))


@pytest.mark.parametrize(("encoder_type", "config"), [pair for pair in ENCODERS if pair[0].causal])
def test_columns_that_are_padding_have_no_effect(ring, encoder_type, config):
    encoder = encoder_type(config, ring).eval()
    rows, lengths = torch.tensor([[3, 1, 0, 0, 0], [4, 0, 0, 0, 0]]), torch.tensor([2, 1])
    torch.testing.assert_close(encoder.last_states(rows[:, :2], lengths), encoder.last_states(rows, lengths))
