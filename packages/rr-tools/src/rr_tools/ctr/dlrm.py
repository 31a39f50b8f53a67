"""DLRM (Naumov et al. 2019, "Deep Learning Recommendation Model"): dot products of fields, and a perceptron on top."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import PairwiseProducts
from rr_tools.layers.perceptron import perceptron
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class DlrmConfig(CtrConfig):
    """Options of DLRM: the common ones."""


class Dlrm(nn.Module):
    """Dense features pass a bottom perceptron; what it gives is one vector among those of the fields.

    The top perceptron reads the dot product of every pair, and that vector, where there are features.
    """

    def __init__(self, layout: RowLayout, config: DlrmConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        self.products = PairwiseProducts(self.embedding.n_vectors)
        sizes = {"hidden_size": config.hidden_size, "hidden_layers": config.hidden_layers}
        self.bottom = None
        if layout.features is not None:
            self.bottom = nn.Sequential(
                nn.ReLU(), perceptron(config.embedding_size, **sizes, output_size=config.embedding_size), nn.ReLU()
            )
        dense_size = 0 if self.bottom is None else config.embedding_size
        self.top = deep_net(self.products.size + dense_size, config)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        vectors = self.embedding(rows)
        if self.bottom is None:
            inputs = self.products(vectors)
        else:
            dense = self.bottom(vectors[:, -1])  # the features' vector is the last
            together = torch.cat([vectors[:, :-1], dense.unsqueeze(1)], dim=1)
            inputs = torch.cat([dense, self.products(together)], dim=1)
        logits: Tensor = self.top(inputs).squeeze(1)
        return logits


MODEL = ctr_model(DlrmConfig, Dlrm)
