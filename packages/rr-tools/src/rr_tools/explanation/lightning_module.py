"""How an explaining network is trained: the sum of its losses, Adam, the words' loss watched on validation texts."""

from __future__ import annotations

import lightning
import torch
from torch import Tensor

from rr_tools.explanation.batches import ExplanationBatch
from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.losses import training_loss, word_losses
from rr_tools.explanation.network import ExplanationNetwork


class ExplanationModule(lightning.LightningModule):
    """A network and its training.

    Attributes:
        network: the network.
        validation_loss: mean negative log-likelihood of a word in the last validation; None before there is one.
    """

    def __init__(self, network: ExplanationNetwork, config: ExplanationConfig) -> None:
        """Train `network` with the rate of `config`."""
        super().__init__()
        self.network = network
        self.config = config
        self.validation_loss: float | None = None
        self._losses: list[float] = []
        self._validated: list[Tensor] = []

    @property
    def loss(self) -> float:
        """Mean loss of the epoch's batches."""
        return sum(self._losses) / max(1, len(self._losses))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(self.network.parameters(), lr=self.config.learning_rate)

    def on_train_epoch_start(self) -> None:
        """Forget the last epoch's losses."""
        self._losses.clear()

    def training_step(self, batch: ExplanationBatch, index: int) -> Tensor:
        """Return the loss of a batch."""
        loss = training_loss(self.network, self.network(batch.context, batch.words[:, :-1]), batch)
        self._losses.append(loss.item())
        return loss

    def validation_step(self, batch: ExplanationBatch, index: int) -> None:
        """Keep the losses of a batch's words."""
        self._validated.append(word_losses(self.network(batch.context, batch.words[:, :-1]), batch.words))

    def on_validation_epoch_end(self) -> None:
        """Take the mean over all validation words."""
        self.validation_loss = float(torch.cat(self._validated).mean())
        self._validated.clear()
