"""How a click-through network is trained: cross-entropy, Adam, scored on the validation rows after every epoch."""

from __future__ import annotations

from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rr_tools.ctr.click_metrics import ClickScore, click_score
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.datamodule import Batch
from rr_tools.layers.embeddings import FieldEmbedding


class CtrModule(lightning.LightningModule):
    """A network that maps rows [R, W] to log-odds [R], and its training.

    Attributes:
        network: the network.
        loss: mean loss of the epoch's training batches so far, without the penalty.
        score: of the last validation; None before there is one.
    """

    def __init__(self, network: nn.Module, config: CtrConfig) -> None:
        """Train `network` with the rates of `config`."""
        super().__init__()
        self.network = network
        self.config = config
        self.score: ClickScore | None = None
        self._losses: list[float] = []
        self._validated: list[tuple[Tensor, Tensor]] = []

    @property
    def loss(self) -> float:
        """Mean loss of the epoch's batches."""
        return float(np.mean(self._losses)) if self._losses else 0.0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam with an L2 penalty on the fields' vectors alone."""
        tables = [module.table.weight for module in self.network.modules() if isinstance(module, FieldEmbedding)]
        penalised = {id(table) for table in tables}
        others = [weight for weight in self.network.parameters() if id(weight) not in penalised]
        groups: list[dict[str, Any]] = [
            {"params": tables, "weight_decay": self.config.embedding_decay},
            {"params": others},
        ]
        return torch.optim.Adam(groups, lr=self.config.learning_rate)

    def on_train_epoch_start(self) -> None:
        """Forget the last epoch's losses."""
        self._losses.clear()

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Return the mean cross-entropy of a batch."""
        rows, labels = batch
        loss = functional.binary_cross_entropy_with_logits(self.network(rows), labels)
        self._losses.append(loss.item())
        return loss

    def validation_step(self, batch: Batch, index: int) -> None:
        """Keep the log-odds of a batch."""
        rows, labels = batch
        self._validated.append((self.network(rows), labels))

    def on_validation_epoch_end(self) -> None:
        """Score all validation rows."""
        logits, labels = (torch.cat(parts).numpy() for parts in zip(*self._validated, strict=True))
        self._validated.clear()
        self.score = click_score(labels, logits)
