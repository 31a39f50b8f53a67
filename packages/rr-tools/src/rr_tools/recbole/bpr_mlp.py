"""BPR with a perceptron: the pairwise loss of BPR, scores from one hidden layer over user and item vectors.

The paper's direct-recommendation baseline BPR-MLP; RecBole has the loss and no such network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rr_tools.recbole.config import BprMlpConfig
from rr_tools.recbole.direct import DirectFit, PairwiseNetwork, direct_model
from rr_tools.recbole.models import build_bpr_loss
from rr_tools.recbole.served_users import ServedPerceptron, with_everybody
from rr_tools.training_data import TrainingData


class BprMlpNetwork(PairwiseNetwork):
    """Score(u, i) = output . relu(A user[u] + B item[i] + b): a layer over both vectors, side by side."""

    def __init__(self, config: BprMlpConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__()
        self.users = nn.Embedding(data.n_users, config.embedding_size)
        self.items = nn.Embedding(data.n_items, config.embedding_size)
        self.dropout = nn.Dropout(config.dropout)
        self.user_layer = nn.Linear(config.embedding_size, config.hidden_size, bias=False)
        self.item_layer = nn.Linear(config.embedding_size, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, 1, bias=False)
        self.pair_loss: Any = build_bpr_loss()
        for embedding in (self.users, self.items):
            nn.init.xavier_normal_(embedding.weight)

    def scores(self, users: Tensor, items: Tensor) -> Tensor:
        """Return [B] the score of each user's item."""
        user, item = self.dropout(self.users(users)), self.dropout(self.items(items))
        scores: Tensor = self.output(functional.relu(self.user_layer(user) + self.item_layer(item)))
        return scores.squeeze(1)

    def loss(self, users: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
        """Return RecBole's BPR loss."""
        loss: Tensor = self.pair_loss(self.scores(users, items), self.scores(users, negatives))
        return loss

    def served(self, known_users: NDArray[np.int64]) -> ServedPerceptron:
        """Return the network as it is now, its first layer computed for all users and items."""
        users, items = self.user_layer(self.users.weight).detach(), self.item_layer(self.items.weight).detach()
        return ServedPerceptron(with_everybody(users, known_users), items, self.output.weight[0].detach().clone())


def perceptron_flops(config: BprMlpConfig, n_items: int) -> float:
    """Return the cost of the hidden layer of every item, whose first product is computed before, and of the output."""
    return 4.0 * config.hidden_size * n_items


MODEL = direct_model(
    BprMlpConfig, DirectFit(network_type=BprMlpNetwork, served_type=ServedPerceptron, flops=perceptron_flops)
)
