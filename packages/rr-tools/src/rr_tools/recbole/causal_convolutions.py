"""The state of RecBole's NextItNet at the last item of each row, without computing those that no answer needs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def last_convolved_states(blocks: Any, inputs: Tensor, lengths: Tensor) -> Tensor:
    """Return [B, d] what RecBole's residual blocks make of each row's last item.

    The last block looks at few items of a row, far from each other: its convolutions run at those alone.

    Args:
        blocks: a sequence of `ResidualBlock_b`.
        inputs: [B, L, d] the embedded items.
        lengths: [B] items in each row.
    """
    *first, block = blocks
    states: Tensor = inputs
    for earlier in first:
        states = earlier(states)
    last = (lengths.clamp(min=1) - 1).unsqueeze(1)
    places = _looked_at(block.conv2, last)
    inner = torch.relu(block.ln1(_convolved_at(block.conv1, states, places)))
    inner = torch.where((places < 0).unsqueeze(2), 0.0, inner)
    outer = torch.relu(block.ln2(_product(block.conv2, inner.flatten(1))))
    return _at(states, last).squeeze(1) + outer


def _looked_at(convolution: Any, places: Tensor) -> Tensor:
    """Return [B, P * kernel] the places that a causal convolution reads for its results at `places` [B, P]."""
    kernel, dilation = convolution.kernel_size[1], convolution.dilation[1]
    back: Tensor = torch.arange(kernel - 1, -1, -1) * dilation
    return (places.unsqueeze(2) - back).flatten(1)


def _convolved_at(convolution: Any, states: Tensor, places: Tensor) -> Tensor:
    columns = _at(states, _looked_at(convolution, places))
    return _product(convolution, columns.reshape(places.size(0), places.size(1), -1))


def _at(states: Tensor, places: Tensor) -> Tensor:
    """Return [B, P, d] the states at `places` [B, P], zeros where a place is before the first."""
    rows = torch.arange(states.size(0)).unsqueeze(1) * states.size(1)
    found = states.flatten(0, 1)[rows + places.clamp(min=0)]
    return torch.where((places < 0).unsqueeze(2), 0.0, found)


def _product(convolution: Any, columns: Tensor) -> Tensor:
    """Return [..., d] the convolution of the states that it reads, side by side in `columns` [..., kernel * d]."""
    weight = convolution.weight.squeeze(2).permute(2, 1, 0).flatten(0, 1)
    product: Tensor = columns @ weight + convolution.bias
    return product
