"""The files of a trained network: exported, and its tensors, from which it can be exported again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save
from torch import nn

from rr_tools.artifact import NETWORK_FILE, TENSORS_FILE
from rr_tools.export.onnx import export_network


def network_files(module: nn.Module, example: NDArray[np.int64], *, dynamic_length: bool = False) -> dict[str, bytes]:
    """Return the content of `model.onnx` and `network.safetensors`.

    Args:
        module: as of `export_network`.
        example: as of `export_network`.
        dynamic_length: as of `export_network`.

    Raises:
        ParityError: the exported network answers the example otherwise than the module.
    """
    network = export_network(module, example, dynamic_length=dynamic_length)
    tensors = {name: tensor.detach().clone().contiguous() for name, tensor in module.state_dict().items()}
    return {NETWORK_FILE: network, TENSORS_FILE: save(tensors)}
