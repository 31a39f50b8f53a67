"""From a torch module to an ONNX file's content."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rr_tools.export.parity import check_parity

NOISY_LOGGERS = ("torch.onnx._internal.exporter._registration", "onnxscript.optimizer._constant_folding")


def export_network(module: nn.Module, example: NDArray[np.int64], *, dynamic_length: bool = False) -> bytes:
    """Export a module of one input and one output, and check that the result computes the same.

    Args:
        module: maps int64 inputs, whose first dimension is the batch, to float32 scores [B, n_items].
        example: inputs, at least two; the exporter takes a batch of one for a constant.
        dynamic_length: let the second dimension be any from 1 to the example's; what is padding there must have no
            effect. The runtime then leaves out columns that are padding for the whole batch.

    Returns:
        The content of an `.onnx` file with a batch dimension of any size, weights included.

    Raises:
        ParityError: the exported network answers the example otherwise than the module.
    """
    module.eval()
    inputs = torch.from_numpy(example)
    with tempfile.TemporaryDirectory() as folder, quiet_exporter():
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            module,
            (inputs,),
            path,
            dynamo=True,
            verbose=False,
            input_names=["input"],
            output_names=["scores"],
            dynamic_shapes=(_dynamic_shape(example, dynamic_length),),
            external_data=False,
        )
        network = path.read_bytes()
    check_parity(module, network, example)
    if dynamic_length:
        check_parity(module, network, example[:, : (example.shape[1] + 1) // 2])
        check_parity(module, network, example[:, :1])
    return network


def _dynamic_shape(example: NDArray[np.int64], dynamic_length: bool) -> dict[int, Any]:
    shape: dict[int, Any] = {0: torch.export.Dim("batch")}
    if dynamic_length and example.shape[1] > 1:
        shape[1] = torch.export.Dim("length", min=1, max=example.shape[1])
    return shape


@contextmanager
def quiet_exporter() -> Iterator[None]:
    """Hide the exporter's own deprecations, notes on torchvision and on what it leaves: nothing one could act on."""
    loggers = [logging.getLogger(name) for name in NOISY_LOGGERS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.addFilter(_nothing)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False
