from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from rr_tools import ParityError  # noqa: E402
from rr_tools.export.onnx import export_network  # noqa: E402
from rr_tools.export.parity import check_parity, largest_difference  # noqa: E402
from rr_tools.runtime.session import OnnxSession  # noqa: E402

EXAMPLE = np.array([0, 1, 2])


@pytest.fixture(scope="module")
def module():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 7))


@pytest.fixture(scope="module")
def network(module):
    return export_network(module, EXAMPLE)


@pytest.mark.parametrize("size", [1, 2, 9])
def test_batches_of_any_size_agree(module, network, size):
    inputs = np.arange(size) % 5
    assert largest_difference(module, network, inputs) < 1e-5
    assert OnnxSession(network, threads=1).run(inputs).shape == (size, 7)


def test_another_network_is_refused(module, network):
    other = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 7)).eval()
    with pytest.raises(ParityError, match="differs from the trained one"):
        check_parity(other, network, EXAMPLE)


def test_weights_that_are_no_numbers_are_refused():
    broken = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 7))
    torch.nn.init.constant_(broken[1].weight, float("nan"))
    with pytest.raises(ParityError, match="nan"):
        export_network(broken, EXAMPLE)
