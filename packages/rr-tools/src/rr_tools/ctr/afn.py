"""AFN+ (Cheng et al. 2020, "Adaptive Factorization Network"): crosses whose order is learned, and a deep net."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import LogarithmicNeurons
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class AfnConfig(CtrConfig):
    """Options of AFN+.

    Attributes:
        neurons: logarithmic neurons, each a cross of its own order.
    """

    neurons: int = 64

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "neurons")


class Afn(nn.Module):
    """A perceptron over logarithmic neurons and one over vectors of its own; a learned sum of the two (section 3.4)."""

    def __init__(self, layout: RowLayout, config: AfnConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.crossed = FieldEmbedding(layout, config.embedding_size, logarithmic=True)
        self.plain = FieldEmbedding(layout, config.embedding_size)
        self.neurons = LogarithmicNeurons(self.crossed.n_vectors, config.neurons)
        self.over_crosses = deep_net(config.neurons * config.embedding_size, config)
        self.over_plain = deep_net(self.plain.n_vectors * config.embedding_size, config)
        self.sum = nn.Linear(2, 1)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        crossed = self.over_crosses(self.neurons(self.crossed(rows)).flatten(start_dim=1))
        plain = self.over_plain(self.plain(rows).flatten(start_dim=1))
        logits: Tensor = self.sum(torch.cat([crossed, plain], dim=1)).squeeze(1)
        return logits


MODEL = ctr_model(AfnConfig, Afn)
