"""Writing texts in torch, from the whole prefix each time: slow, and what the served decoding is compared with."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from rr_tools.explanation.network import ExplanationNetwork
from rr_tools.runtime.explainer import likeliest
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import BOS, EOS


@torch.no_grad()
def greedy_texts(network: ExplanationNetwork, inputs: ExplanationInputs, context: NDArray[np.int64]) -> list[str]:
    """Return the text for each context [B, 4], the likeliest word at each step.

    Args:
        network: in eval mode.
        inputs: it was built for.
        context: see `ExplanationInputs`.
    """
    words = np.full((len(context), 1), BOS)
    for place in range(inputs.longest):
        logits = network(torch.from_numpy(context), torch.from_numpy(words)).words[:, -1]
        words = np.column_stack([words, likeliest(logits.numpy(), first=place == 0)])
    return [inputs.vocabulary.text(_before_end(row[1:])) for row in words]


def _before_end(row: NDArray[np.int64]) -> list[int]:
    ended = np.flatnonzero(row == EOS)
    return [int(code) for code in (row[: ended[0]] if len(ended) else row)]
