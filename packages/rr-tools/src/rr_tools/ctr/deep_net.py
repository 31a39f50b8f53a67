"""The perceptron that most click-through models have, of the size that their common options say."""

from __future__ import annotations

from torch import nn

from rr_tools.ctr.config import CtrConfig
from rr_tools.layers.perceptron import perceptron


def deep_net(size: int, config: CtrConfig, *, output_size: int | None = 1) -> nn.Sequential:
    """Return a perceptron from [..., size] to [..., output_size], or to its last hidden layer where that is None.

    Example:
        >>> deep_net(48, CtrConfig(hidden_size=64, hidden_layers=2, dropout=0.0))[-1]
        Linear(in_features=64, out_features=1, bias=True)
    """
    return perceptron(
        size,
        hidden_size=config.hidden_size,
        hidden_layers=config.hidden_layers,
        dropout=config.dropout,
        output_size=output_size,
    )
