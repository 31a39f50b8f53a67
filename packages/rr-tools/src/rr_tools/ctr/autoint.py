"""AutoInt+ (Song et al. 2019, "AutoInt"): self-attention between the fields, and a deep net beside it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig, check_divides
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.attention import FieldAttention
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoIntConfig(CtrConfig):
    """Options of AutoInt+.

    Attributes:
        attention_layers: layers of self-attention.
        attention_size: length of a field's vector behind each of them.
        heads: of each of them.
    """

    attention_layers: int = 2
    attention_size: int = 32
    heads: int = 2

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "attention_layers", "attention_size", "heads")
        check_divides(self, "heads", "attention_size")


class AutoInt(nn.Module):
    """A linear layer over attended fields plus a perceptron over the fields (section 5.5.3)."""

    def __init__(self, layout: RowLayout, config: AutoIntConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        sizes = [config.embedding_size, *[config.attention_size] * (config.attention_layers - 1)]
        self.attention = nn.Sequential(
            *(FieldAttention(size, config.attention_size, heads=config.heads) for size in sizes)
        )
        self.attended = nn.Linear(self.embedding.n_vectors * config.attention_size, 1)
        self.deep = deep_net(self.embedding.n_vectors * config.embedding_size, config)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        vectors = self.embedding(rows)
        attended = self.attended(self.attention(vectors).flatten(start_dim=1))
        logits: Tensor = (attended + self.deep(vectors.flatten(start_dim=1))).squeeze(1)
        return logits


MODEL = ctr_model(AutoIntConfig, AutoInt)
