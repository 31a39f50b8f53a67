"""BPR matrix factorisation: RecBole's network and loss, negatives drawn for a whole epoch at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.artifact import NETWORK_FILE
from rr_tools.export.onnx import export_network
from rr_tools.model import FittedModel, Model, Progress
from rr_tools.recbole.config import BprConfig
from rr_tools.recbole.models import build_bpr
from rr_tools.recbole.negatives import NegativeSampler
from rr_tools.recbole.seeding import seeded
from rr_tools.recbole.trainer import Optimization, fit_module
from rr_tools.recbole.validator import Validator
from rr_tools.runtime.queries import Histories
from rr_tools.training_data import TrainingData


class ServedBpr(nn.Module):
    """BPR as it is exported: user codes [B] to scores [B, n_items]; an unknown user gets the mean user vector."""

    def __init__(self, model: Any, known_users: NDArray[np.int64]) -> None:
        """Wrap a trained model; `known_users` are the codes that were trained."""
        super().__init__()
        self.model: Any = model
        trained = torch.zeros(model.n_users, dtype=torch.bool)
        trained[torch.from_numpy(known_users)] = True
        self.trained = nn.Buffer(trained)

    def forward(self, users: Tensor) -> Tensor:
        """Score every item."""
        vectors: Tensor = self.model.user_embedding.weight
        everybody = (vectors * self.trained.unsqueeze(1)).sum(dim=0) / self.trained.sum()
        inside = (users >= 0) & (users < vectors.size(0))
        rows = torch.where(inside, users, 0)
        known = (inside & self.trained[rows]).unsqueeze(1)
        items: Tensor = self.model.item_embedding.weight
        return torch.where(known, vectors[rows], everybody) @ items.T


def fit(data: TrainingData, config: BprConfig, *, seed: int, progress: Progress) -> FittedModel:
    """Train with early stopping on validation NDCG@5 and export."""
    sampler = NegativeSampler.of(data)
    known_users = np.flatnonzero(np.diff(data.offsets) > 0)
    users = data.users
    with seeded(seed):
        model = build_bpr(config, data.n_users, data.n_items)
        served = ServedBpr(model, known_users)

        def batches(rng: np.random.Generator) -> Iterator[dict[str, Tensor]]:
            negatives = sampler.draw(users, rng)
            order = rng.permutation(np.flatnonzero(negatives >= 0))
            for first in range(0, len(order), config.batch_size):
                rows = order[first : first + config.batch_size]
                columns = {model.USER_ID: users, model.ITEM_ID: data.items, model.NEG_ITEM_ID: negatives}
                yield {name: torch.from_numpy(column[rows]) for name, column in columns.items()}

        def validation_scores(users: NDArray[np.int64], histories: Histories) -> NDArray[np.float32]:
            with torch.no_grad():
                scores: NDArray[np.float32] = served(torch.from_numpy(users)).numpy()
            return scores

        result = fit_module(
            model,
            batches=batches,
            loss=model.calculate_loss,
            validate=Validator.of(data, config.validation_users, validation_scores),
            optimization=Optimization(
                learning_rate=config.learning_rate,
                weight_decay=config.weight_decay,
                epochs=config.epochs,
                patience=config.patience,
                steps_per_epoch=-(-len(data.items) // config.batch_size),
            ),
            rng=np.random.default_rng(seed),
            progress=progress,
        )
    example = np.array([-1, data.n_users, *known_users[:32]], dtype=np.int64)
    return FittedModel(
        files={NETWORK_FILE: export_network(served, example)},
        max_length=0,
        flops_per_query=2.0 * config.embedding_size * data.n_items,
        metrics={"epochs": float(result.epochs), "best_epoch": float(result.best_epoch)},
    )


MODEL = Model(
    task="direct",
    scorer="user",
    config_type=BprConfig,
    fit=fit,
)
