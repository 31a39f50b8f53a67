"""Whether an exported network computes what the torch module does."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rr_tools.errors import ParityError
from rr_tools.runtime.session import OnnxSession

TOLERANCE = 1e-4


def largest_difference(module: nn.Module, network: bytes, inputs: NDArray[np.int64]) -> float:
    """Return the largest absolute difference of scores between a module in eval mode and its ONNX export.

    Args:
        module: the torch module.
        network: content of the `.onnx` file.
        inputs: [B, ...] what both are asked.
    """
    with torch.no_grad():
        expected = module(torch.from_numpy(inputs)).numpy()
    return float(np.abs(OnnxSession(network, threads=1).run(inputs) - expected).max())


def check_parity(module: nn.Module, network: bytes, inputs: NDArray[np.int64], *, tolerance: float = TOLERANCE) -> None:
    """Compare on `inputs` as a batch and on the first one alone.

    Raises:
        ParityError: scores differ by more than `tolerance`, or are not numbers.
    """
    for batch in (inputs, inputs[:1]):
        difference = largest_difference(module, network, batch)
        if not difference <= tolerance:
            raise ParityError(
                f"the exported network differs from the trained one by {difference:.2g} (allowed {tolerance:.0e}) on a "
                f"batch of {len(batch)}; nothing was written: check for NaN weights or another onnx version"
            )
