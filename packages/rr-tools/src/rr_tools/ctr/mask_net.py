"""MaskNet (Wang, She and Zhang 2021, "MaskNet"): every layer multiplied by a mask that the whole row computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.training import ctr_model
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.interactions import MaskBlock
from rr_tools.layers.perceptron import perceptron
from rr_tools.layers.row_layout import RowLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskNetConfig(CtrConfig):
    """Options of MaskNet.

    Attributes:
        structure: `serial` has a block for each hidden layer, one on the other; `parallel` has `blocks` side by side
            and the perceptron on top.
        blocks: of the parallel structure.
        reduction: size of a mask's hidden layer, relative to what it masks.
    """

    structure: Literal["serial", "parallel"] = "serial"
    blocks: int = 3
    reduction: float = 1.0

    def __post_init__(self) -> None:
        """Check ranges."""
        CtrConfig.__post_init__(self)
        check_positive(self, "blocks", "reduction")


class MaskNet(nn.Module):
    """Mask blocks over the fields' vectors, each normalised by itself (figure 3)."""

    def __init__(self, layout: RowLayout, config: MaskNetConfig) -> None:
        """Build for rows of `layout`."""
        super().__init__()
        self.embedding = FieldEmbedding(layout, config.embedding_size)
        n_vectors, hidden = self.embedding.n_vectors, config.hidden_size
        size = n_vectors * config.embedding_size
        self.norms = nn.ModuleList(nn.LayerNorm(config.embedding_size) for _ in range(n_vectors))
        self.serial = config.structure == "serial"
        inputs = [size, *[hidden] * (config.hidden_layers - 1)] if self.serial else [size] * config.blocks
        self.blocks = nn.ModuleList(
            MaskBlock(size, width, hidden, reduction=config.reduction, dropout=config.dropout) for width in inputs
        )
        self.top = perceptron(
            hidden if self.serial else hidden * config.blocks,
            hidden_size=hidden,
            hidden_layers=0 if self.serial else config.hidden_layers,
            dropout=config.dropout,
            output_size=1,
        )

    def forward(self, rows: Tensor) -> Tensor:
        """Map rows [R, W] to log-odds [R]."""
        vectors = self.embedding(rows)
        row = vectors.flatten(start_dim=1)
        values = torch.cat([norm(vectors[:, place]) for place, norm in enumerate(self.norms)], dim=1)
        if self.serial:
            for block in self.blocks:
                values = block(row, values)
        else:
            values = torch.cat([block(row, values) for block in self.blocks], dim=1)
        logits: Tensor = self.top(values).squeeze(1)
        return logits


MODEL = ctr_model(MaskNetConfig, MaskNet)
