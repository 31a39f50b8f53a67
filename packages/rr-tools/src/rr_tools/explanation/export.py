"""From a trained network to the two that write without torch, compared with it before anything is written."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.errors import ParityError
from rr_tools.explanation.network import ExplanationNetwork
from rr_tools.export.onnx import quiet_exporter
from rr_tools.export.parity import TOLERANCE
from rr_tools.runtime.decoder_session import (
    CHANGED,
    CONTEXT_INPUT,
    LOGITS_OUTPUT,
    RATING_OUTPUT,
    WORD_INPUT,
    DecoderSession,
)
from rr_tools.runtime.explainer import START_FILE, STEP_FILE

LONGEST_STATE = 4096  # positions; an upper bound that the exporter wants


class _Start(nn.Module):
    """`start`, its outputs flat."""

    def __init__(self, network: ExplanationNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, context: Tensor) -> tuple[Tensor, ...]:
        state, rating = self.network.start(context)
        return state if rating is None else (*state, rating)


class _Step(nn.Module):
    """`step`, its inputs and outputs flat."""

    def __init__(self, network: ExplanationNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, word: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        logits, changed = self.network.step(word, state)
        return (logits, *changed)


def export_decoder(
    network: ExplanationNetwork, context: NDArray[np.int64], words: NDArray[np.int64]
) -> dict[str, bytes]:
    """Return the content of `start.onnx` and `step.onnx`, having compared them with the network.

    Args:
        network: in eval mode.
        context: [B, 4] an example of at least two rows; the exporter takes a batch of one for a constant.
        words: [B, T] prefixes, `<bos>` first.

    Raises:
        ParityError: they answer the example otherwise than the network.
    """
    begun = torch.from_numpy(context)
    with torch.no_grad():
        state, rating = network.start(begun)
    batch = {0: torch.export.Dim("batch")}
    growing = batch | ({1: torch.export.Dim("positions", min=2, max=LONGEST_STATE)} if network.GROWING else {})
    start = _export(
        _Start(network),
        (begun,),
        inputs=[CONTEXT_INPUT],
        outputs=[*network.STATE, *([] if rating is None else [RATING_OUTPUT])],
        shapes=(batch,),
    )
    step = _export(
        _Step(network),
        (torch.from_numpy(words[:, 0].copy()), *state),
        inputs=[WORD_INPUT, *network.STATE],
        outputs=[LOGITS_OUTPUT, *(CHANGED + name for name in network.STATE if name not in network.CONSTANT)],
        shapes=(batch, (growing,) * len(state)),
    )
    _check(network, DecoderSession(start, step), context, words)
    return {START_FILE: start, STEP_FILE: step}


def _export(
    module: nn.Module, example: tuple[Tensor, ...], *, inputs: Sequence[str], outputs: Sequence[str], shapes: Any
) -> bytes:
    module.eval()
    with tempfile.TemporaryDirectory() as folder, quiet_exporter():
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            module,
            example,
            path,
            dynamo=True,
            verbose=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            external_data=False,
        )
        return _without_traces(path.read_bytes())


def _without_traces(network: bytes) -> bytes:
    """Leave out where in the source each node comes from: paths and addresses, of which no two runs have the same."""
    model = onnx.load_from_string(network)
    graph = model.graph
    described = [model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]
    for part in [*described, *model.functions, *(node for function in model.functions for node in function.node)]:
        del part.metadata_props[:]
    content: bytes = model.SerializeToString(deterministic=True)
    return content


@torch.no_grad()
def _check(
    network: ExplanationNetwork, decoder: DecoderSession, context: NDArray[np.int64], words: NDArray[np.int64]
) -> None:
    """Compare every step, as a batch and for the first row alone."""
    for size in (len(context), 1):
        expected = network(torch.from_numpy(context[:size]), torch.from_numpy(words[:size]))
        state, rating = decoder.begin(context[:size])
        differences = []
        if rating is not None and expected.ratings is not None:
            differences.append(np.abs(rating - expected.ratings.numpy()).max())
        for place in range(words.shape[1]):
            logits, state = decoder.step(words[:size, place], state)
            differences.append(np.abs(logits - expected.words[:, place].numpy()).max())
        if not max(differences) <= TOLERANCE:
            raise ParityError(
                f"the exported networks differ from the trained one by {max(differences):.2g} "
                f"(allowed {TOLERANCE:.0e}) on a batch of {size}; "
                "nothing was written: check for NaN weights or another onnx version"
            )
