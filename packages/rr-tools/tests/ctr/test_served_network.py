from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools import CtrData  # noqa: E402
from rr_tools.ctr.dcn_v2 import DcnV2, DcnV2Config  # noqa: E402
from rr_tools.ctr.fields import Fields  # noqa: E402
from rr_tools.ctr.platt_scaling import PlattScaling  # noqa: E402
from rr_tools.ctr.served_network import ServedNetwork  # noqa: E402


@pytest.mark.parametrize("with_features", [True, False])
def test_tensors_build_the_network_again(ring, with_features):
    data = CtrData.of(ring)
    layout = Fields.of(data, recent=3).layout
    if not with_features:
        layout = type(layout)(layout.fields, None)
    config = DcnV2Config(recent_items=3)
    network = DcnV2(layout, config).eval()
    served = ServedNetwork(network, layout, PlattScaling(2.0, -1.0)).eval()
    rows = torch.from_numpy(served.draw(np.random.default_rng(0), 50))
    sizes = [field.size for field in layout.fields for _ in range(field.width)]
    assert (rows < torch.tensor(sizes)).all()
    torch.testing.assert_close(served(rows), 2.0 * network(rows) - 1.0)
    again = ServedNetwork.of_tensors(served.state_dict(), DcnV2, config).eval()
    assert torch.equal(again(rows), served(rows))
