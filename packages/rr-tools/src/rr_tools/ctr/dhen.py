"""DHEN (Zhang et al. 2022, "A Deep and Hierarchical Ensemble Network"): layers of several interactions at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig, check_divides
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.attention import FieldAttention
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import PairwiseProducts
from rr_tools.layers.perceptron import perceptron
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class DhenConfig(CtrConfig):
    """Options of DHEN.

    Attributes:
        ensemble_layers: layers of interactions, one on the other.
        ensemble: how a layer joins what its interactions give: `sum`, or `concat` and a linear map back.
        heads: of the self-attention.
    """

    ensemble_layers: int = 2
    ensemble: Literal["sum", "concat"] = "sum"
    heads: int = 2

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "ensemble_layers", "heads")
        check_divides(self, "heads", "embedding_size")


class ProductInteraction(nn.Module):
    """Dot products of all pairs, through a perceptron back to as many vectors (equations 2 and 3)."""

    def __init__(self, n_vectors: int, config: DhenConfig) -> None:
        """Map [R, n_vectors, d] to the same shape."""
        super().__init__()
        self.products = PairwiseProducts(n_vectors)
        self.back = perceptron(
            self.products.size,
            hidden_size=config.hidden_size,
            hidden_layers=1,
            dropout=config.dropout,
            output_size=n_vectors * config.embedding_size,
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, F, d]."""
        mapped: Tensor = self.back(self.products(vectors))
        return mapped.view_as(vectors)


class CrossInteraction(nn.Module):
    """Numbers multiplied by a linear map of all of them (equation 6, the deep cross net's)."""

    def __init__(self, n_vectors: int, config: DhenConfig) -> None:
        """Map [R, n_vectors, d] to the same shape."""
        super().__init__()
        size = n_vectors * config.embedding_size
        self.factors = nn.Linear(size, size)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, F, d]."""
        flat = vectors.flatten(start_dim=1)
        crossed: Tensor = flat * self.factors(flat)
        return crossed.view_as(vectors)


class LinearInteraction(nn.Module):
    """Every vector a weighted sum of all (equation 7)."""

    def __init__(self, n_vectors: int) -> None:
        """Map [R, n_vectors, d] to the same shape."""
        super().__init__()
        self.weights = nn.Linear(n_vectors, n_vectors)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, F, d]."""
        mixed: Tensor = self.weights(vectors.transpose(1, 2)).transpose(1, 2)
        return mixed


class EnsembleLayer(nn.Module):
    """Interactions side by side, joined, plus the layer's input, normalised (equation 1)."""

    def __init__(self, n_vectors: int, config: DhenConfig) -> None:
        """Build the four interactions for `n_vectors` vectors."""
        super().__init__()
        size = config.embedding_size
        self.interactions = nn.ModuleList(
            [
                ProductInteraction(n_vectors, config),
                CrossInteraction(n_vectors, config),
                LinearInteraction(n_vectors),
                FieldAttention(size, size, heads=config.heads),
            ]
        )
        self.join = nn.Linear(size * len(self.interactions), size) if config.ensemble == "concat" else None
        self.norm = nn.LayerNorm(size)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, F, d]."""
        found = [interaction(vectors) for interaction in self.interactions]
        joined = torch.stack(found).sum(dim=0) if self.join is None else self.join(torch.cat(found, dim=2))
        normed: Tensor = self.norm(joined + vectors)
        return normed


class Dhen(nn.Module):
    """Ensemble layers over the fields' vectors, and a perceptron on top."""

    def __init__(self, layout: RowLayout, config: DhenConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        n_vectors = self.embedding.n_vectors
        self.layers = nn.Sequential(*(EnsembleLayer(n_vectors, config) for _ in range(config.ensemble_layers)))
        self.top = deep_net(n_vectors * config.embedding_size, config)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        logits: Tensor = self.top(self.layers(self.embedding(rows)).flatten(start_dim=1)).squeeze(1)
        return logits


MODEL = ctr_model(DhenConfig, Dhen)
