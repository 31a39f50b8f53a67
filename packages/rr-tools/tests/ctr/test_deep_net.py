from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from rr_tools.ctr.config import CtrConfig  # noqa: E402
from rr_tools.ctr.deep_net import deep_net  # noqa: E402


@pytest.mark.parametrize(("output_size", "expected"), [(1, 1), (None, 5)])
def test_the_common_options_are_its_size(output_size, expected):
    net = deep_net(7, CtrConfig(hidden_size=5, hidden_layers=3, dropout=0.25), output_size=output_size)
    hidden = [layer for layer in net if isinstance(layer, torch.nn.ReLU)]
    assert net(torch.zeros(2, 7)).shape == (2, expected)
    assert (len(hidden), net[2].p) == (3, 0.25)
