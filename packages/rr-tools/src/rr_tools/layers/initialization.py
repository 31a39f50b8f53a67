"""How a network starts."""

from __future__ import annotations

from torch import nn


def start_linear_layers(module: nn.Module) -> None:
    """Give every linear layer normal weights by Glorot and Bengio (2010) and a bias of zero."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
