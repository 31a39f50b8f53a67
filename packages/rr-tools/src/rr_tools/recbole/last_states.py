"""The state at the last item of each row, without computing those that no answer needs."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def gather_last(states: Tensor, lengths: Tensor) -> Tensor:
    """Return [B, d] of `states` [B, L, d] the one at each row's last item; the first one where a row is empty.

    Example:
        >>> import torch
        >>> gather_last(torch.arange(6.0).reshape(2, 3, 1), torch.tensor([2, 0])).tolist()
        [[1.0], [3.0]]
    """
    places = (lengths.clamp(min=1) - 1).view(-1, 1, 1).expand(-1, -1, states.size(-1))
    return states.gather(1, places).squeeze(1)


def last_transformer_states(encoder: Any, inputs: Tensor, context: Tensor, lengths: Tensor) -> Tensor:
    """Return [B, d] the state of RecBole's transformers at each row's last item.

    The last layer's feed-forward part, the larger half of a layer, runs at that item alone.

    Args:
        encoder: `TransformerEncoder` or `LightTransformerEncoder`.
        inputs: [B, L, d] the embedded items.
        context: what the layers take beside them: a mask, or the positions.
        lengths: [B] items in each row.
    """
    *first, last = encoder.layer
    states = inputs
    for layer in first:
        states = layer(states, context)
    attended = gather_last(last.multi_head_attention(states, context), lengths)
    output: Tensor = last.feed_forward(attended)
    return output
