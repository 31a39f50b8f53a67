"""BPR matrix factorisation: RecBole's network and loss, negatives drawn for a whole epoch at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rr_tools.recbole.config import BprConfig
from rr_tools.recbole.direct import DirectFit, PairwiseNetwork, direct_model
from rr_tools.recbole.models import build_bpr
from rr_tools.recbole.served_users import ServedVectors, with_everybody
from rr_tools.training_data import TrainingData


class BprNetwork(PairwiseNetwork):
    """RecBole's BPR."""

    def __init__(self, config: BprConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__()
        self.model = build_bpr(config, data.n_users, data.n_items)

    def loss(self, users: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
        """Return RecBole's loss."""
        model = self.model
        loss: Tensor = model.calculate_loss({model.USER_ID: users, model.ITEM_ID: items, model.NEG_ITEM_ID: negatives})
        return loss

    def served(self, known_users: NDArray[np.int64]) -> ServedVectors:
        """Return the vectors as they are now."""
        users, items = self.model.user_embedding.weight.detach(), self.model.item_embedding.weight.detach()
        return ServedVectors(with_everybody(users, known_users), items)


def dot_product_flops(config: BprConfig, n_items: int) -> float:
    """Return the cost of one product of a user's vector with every item's."""
    return 2.0 * config.embedding_size * n_items


MODEL = direct_model(BprConfig, DirectFit(network_type=BprNetwork, served_type=ServedVectors, flops=dot_product_flops))
