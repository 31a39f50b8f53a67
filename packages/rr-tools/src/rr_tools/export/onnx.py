"""From a torch module to an ONNX file's content."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rr_tools.export.parity import check_parity


def export_network(module: nn.Module, example: NDArray[np.int64]) -> bytes:
    """Export a module of one input and one output, and check that the result computes the same.

    Args:
        module: maps int64 inputs, whose first dimension is the batch, to float32 scores [B, n_items].
        example: inputs, at least two; the exporter takes a batch of one for a constant.

    Returns:
        The content of an `.onnx` file with a batch dimension of any size, weights included.

    Raises:
        ParityError: the exported network answers the example otherwise than the module.
    """
    module.eval()
    inputs = torch.from_numpy(example)
    with tempfile.TemporaryDirectory() as folder, _quiet_exporter():
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            module,
            (inputs,),
            path,
            dynamo=True,
            verbose=False,
            input_names=["input"],
            output_names=["scores"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            external_data=False,
        )
        network = path.read_bytes()
    check_parity(module, network, example)
    return network


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Hide the exporter's own deprecations and its notes on torchvision: nothing a caller could act on."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.addFilter(_nothing)
        try:
            yield
        finally:
            logger.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False
