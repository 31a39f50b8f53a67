"""xDeepFM (Lian et al. 2018, "xDeepFM"): a compressed interaction network, a deep net and a linear model."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import CompressedInteraction
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class XDeepFmConfig(CtrConfig):
    """Options of xDeepFM.

    Attributes:
        maps: of each layer of the compressed interaction network.
        interaction_layers: of it.
    """

    maps: int = 16
    interaction_layers: int = 2

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "maps", "interaction_layers")


class XDeepFm(nn.Module):
    """The sum of three parts that share the fields' vectors, but for the linear one (equation 15)."""

    def __init__(self, layout: RowLayout, config: XDeepFmConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.linear = FieldEmbedding(layout, 1)
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        self.interaction = CompressedInteraction(
            self.embedding.n_vectors, maps=config.maps, layers=config.interaction_layers
        )
        self.crossed = nn.Linear(self.interaction.size, 1)
        self.deep = deep_net(self.embedding.n_vectors * config.embedding_size, config)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        vectors = self.embedding(rows)
        crossed, deep = self.crossed(self.interaction(vectors)), self.deep(vectors.flatten(start_dim=1))
        logits: Tensor = self.linear(rows).sum(dim=(1, 2)) + (crossed + deep).squeeze(1)
        return logits


MODEL = ctr_model(XDeepFmConfig, XDeepFm)
