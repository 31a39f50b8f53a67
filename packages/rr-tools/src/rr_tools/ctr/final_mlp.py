"""FinalMLP (Mao et al. 2023, "An Enhanced Two-Stream MLP Model"): two perceptrons that see different fields."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig, check_divides
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import BilinearFusion
from rr_tools.layers.perceptron import perceptron
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalMlpConfig(CtrConfig):
    """Options of FinalMLP.

    Attributes:
        heads: parts that the two streams are split into where they meet.
        gate_size: of the hidden layer of the two gates.
    """

    heads: int = 2
    gate_size: int = 64

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "heads", "gate_size")
        check_divides(self, "heads", "hidden_size")


class FieldGate(nn.Module):
    """A factor between 0 and 2 for every number of the fields, computed from one field (equations 5 and 6)."""

    def __init__(self, layout: RowLayout, field: str, config: FinalMlpConfig, size: int) -> None:
        """Gate `size` numbers by a vector of `field` that nothing else uses."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size, only=(field,))
        self.gate = perceptron(config.embedding_size, hidden_size=config.gate_size, hidden_layers=1, output_size=size)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to factors [R, size]."""
        return 2.0 * torch.sigmoid(self.gate(self.embedding(rows).flatten(start_dim=1)))


class FinalMlp(nn.Module):
    """Two streams, one gated by the user and one by the item, and their bilinear fusion."""

    def __init__(self, layout: RowLayout, config: FinalMlpConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        size = self.embedding.n_vectors * config.embedding_size
        self.gates = nn.ModuleList(FieldGate(layout, field, config, size) for field in ("user", "item"))
        self.streams = nn.ModuleList(deep_net(size, config, output_size=None) for _ in self.gates)
        self.fusion = BilinearFusion(config.hidden_size, config.hidden_size, heads=config.heads)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        vectors = self.embedding(rows).flatten(start_dim=1)
        pairs = zip(self.gates, self.streams, strict=True)
        first, second = (stream(gate(rows) * vectors) for gate, stream in pairs)
        logits: Tensor = self.fusion(first, second)
        return logits


MODEL = ctr_model(FinalMlpConfig, FinalMlp)
