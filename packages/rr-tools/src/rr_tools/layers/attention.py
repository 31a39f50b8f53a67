"""Self-attention between the fields of a row."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class FieldAttention(nn.Module):
    """Multi-head self-attention with a residual connection and ReLU (Song et al. 2019, equations 5 to 8).

    A field's output is the sum of all fields' values, weighted in each head by a softmax over the dot products of its
    query with their keys. The products are not divided by a root, as the paper has it.
    """

    def __init__(self, size: int, output_size: int, *, heads: int) -> None:
        """Map vectors of `size` numbers to `output_size`, which `heads` divides."""
        super().__init__()
        self.heads = heads
        self.queries = nn.Linear(size, output_size, bias=False)
        self.keys = nn.Linear(size, output_size, bias=False)
        self.values = nn.Linear(size, output_size, bias=False)
        self.residual = nn.Linear(size, output_size, bias=False)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, size] to [R, F, output_size]."""
        queries, keys, values = (self._split(layer(vectors)) for layer in (self.queries, self.keys, self.values))
        weights = torch.softmax(queries @ keys.transpose(2, 3), dim=3)
        attended = (weights @ values).transpose(1, 2).flatten(start_dim=2)
        output: Tensor = torch.relu(attended + self.residual(vectors))
        return output

    def _split(self, vectors: Tensor) -> Tensor:
        """[R, F, output_size] to [R, heads, F, output_size / heads]."""
        return vectors.view(*vectors.shape[:2], self.heads, -1).transpose(1, 2)
