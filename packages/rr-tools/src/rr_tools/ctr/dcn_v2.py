"""DCN V2 (Wang et al. 2021, "DCN V2: Improved Deep & Cross Network"): explicit crosses, and a deep net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.deep_net import deep_net
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import CrossNetwork
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class DcnV2Config(CtrConfig):
    """Options of DCN V2.

    Attributes:
        cross_layers: each raises the degree of the crosses by one.
        structure: `parallel` has the deep net read the fields, `stacked` the crosses.
    """

    cross_layers: int = 2
    structure: Literal["parallel", "stacked"] = "parallel"

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "cross_layers")


class DcnV2(nn.Module):
    """A cross network and a perceptron, side by side or one on the other (figure 1)."""

    def __init__(self, layout: RowLayout, config: DcnV2Config) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        size = self.embedding.n_vectors * config.embedding_size
        self.crosses = CrossNetwork(size, config.cross_layers)
        self.parallel = config.structure == "parallel"
        self.deep = deep_net(size, config, output_size=None)
        self.output = nn.Linear(config.hidden_size + (size if self.parallel else 0), 1)

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        start = self.embedding(rows).flatten(start_dim=1)
        crossed = self.crosses(start)
        hidden = torch.cat([crossed, self.deep(start)], dim=1) if self.parallel else self.deep(crossed)
        logits: Tensor = self.output(hidden).squeeze(1)
        return logits


MODEL = ctr_model(DcnV2Config, DcnV2)
