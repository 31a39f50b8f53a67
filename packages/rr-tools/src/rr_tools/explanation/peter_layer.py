"""A layer of PETER's transformer, which can go on from what it already read."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class PeterLayer(nn.Module):
    """Multi-head attention and a perceptron, each with a residual connection and a norm after it."""

    def __init__(self, size: int, *, heads: int, inner_size: int, dropout: float) -> None:
        """Build; `heads` divides `size`."""
        super().__init__()
        self.heads = heads
        self.projections = nn.Linear(size, 3 * size)
        self.mixture = nn.Linear(size, size)
        self.perceptron = nn.Sequential(
            nn.Linear(size, inner_size), nn.ReLU(), nn.Dropout(dropout), nn.Linear(inner_size, size)
        )
        self.attention_norm, self.perceptron_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, vectors: Tensor, past: tuple[Tensor, Tensor] | None, mask: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Read P new positions.

        Args:
            vectors: [B, P, size].
            past: keys and values [B, heads, Q, size / heads] of the positions before; None for none.
            mask: [P, Q + P] true where a position sees another; None lets all see all.

        Returns:
            Vectors [B, P, size], and keys and values of all Q + P positions.
        """
        queries, keys, values = (self._split(part) for part in self.projections(vectors).chunk(3, dim=2))
        if past is not None:
            keys, values = torch.cat([past[0], keys], dim=2), torch.cat([past[1], values], dim=2)
        scores = queries @ keys.transpose(2, 3) / math.sqrt(queries.shape[3])
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        weights = self.dropout(torch.softmax(scores, dim=3))
        attended = self.mixture((weights @ values).transpose(1, 2).flatten(start_dim=2))
        vectors = self.attention_norm(vectors + self.dropout(attended))
        return self.perceptron_norm(vectors + self.dropout(self.perceptron(vectors))), (keys, values)

    def _split(self, vectors: Tensor) -> Tensor:
        """[B, P, size] to [B, heads, P, size / heads]."""
        return vectors.view(*vectors.shape[:2], self.heads, -1).transpose(1, 2)
