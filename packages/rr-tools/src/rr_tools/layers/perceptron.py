"""A multi-layer perceptron."""

from __future__ import annotations

from torch import nn


def perceptron(
    size: int, *, hidden_size: int, hidden_layers: int, dropout: float = 0.0, output_size: int | None = None
) -> nn.Sequential:
    """Return layers that map [..., size] to [..., output_size], or to the last hidden layer where that is None.

    Each hidden layer is linear, then ReLU, then dropout; the output layer is linear.

    Args:
        size: of the input.
        hidden_size: of every hidden layer.
        hidden_layers: how many; 0 leaves the output layer alone.
        dropout: share of hidden values that training drops.
        output_size: of the output.

    Example:
        >>> [type(layer).__name__ for layer in perceptron(8, hidden_size=4, hidden_layers=1, output_size=1)]
        ['Linear', 'ReLU', 'Linear']
    """
    layers: list[nn.Module] = []
    for _ in range(hidden_layers):
        layers += [nn.Linear(size, hidden_size), nn.ReLU()]
        layers += [nn.Dropout(dropout)] if dropout > 0 else []
        size = hidden_size
    if output_size is not None:
        layers.append(nn.Linear(size, output_size))
    return nn.Sequential(*layers)
