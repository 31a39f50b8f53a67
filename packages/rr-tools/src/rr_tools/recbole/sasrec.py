"""SASRec: RecBole's network, trained at every position of a sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.artifact import NETWORK_FILE
from rr_tools.export.onnx import export_network
from rr_tools.losses import SharedNegatives, full_softmax_loss, sampled_softmax_loss
from rr_tools.model import FittedModel, Model, Progress
from rr_tools.recbole.config import SasRecConfig
from rr_tools.recbole.models import PADDING, build_sasrec, causal_mask, encode_positions
from rr_tools.recbole.seeding import seeded
from rr_tools.recbole.trainer import Optimization, fit_module
from rr_tools.recbole.validator import Validator
from rr_tools.recbole.windows import cut_windows, window_batches
from rr_tools.runtime.queries import Histories
from rr_tools.training_data import TrainingData

LARGEST_FULL_CATALOGUE = 5_000  # beyond, the full softmax is bound by memory traffic
Batch = tuple[NDArray[np.int64], NDArray[np.int64], SharedNegatives | None]


class ServedSasRec(nn.Module):
    """SASRec as it is exported: item codes [B, max_length] (-1 behind short histories) to scores [B, n_items].

    An empty history is answered by the logarithm of the items' popularity.
    """

    def __init__(self, model: Any, popularity: NDArray[np.int64]) -> None:
        """Wrap a trained model; `popularity` [n_items] counts interactions."""
        super().__init__()
        self.model: Any = model
        shares = (popularity + 1.0) / (popularity + 1.0).sum()
        self.mask = nn.Buffer(causal_mask(model.max_seq_length))
        self.fallback = nn.Buffer(torch.from_numpy(np.log(shares)).float())

    def forward(self, items: Tensor) -> Tensor:
        """Score every item."""
        lengths = (items >= 0).sum(dim=1)
        states = encode_positions(self.model, items + 1, self.mask)
        hidden: Tensor = self.model.gather_indexes(states, lengths.clamp(min=1) - 1)
        scores = hidden @ self.model.item_embedding.weight[1:].T
        return torch.where((lengths == 0).unsqueeze(1), self.fallback, scores)


def fit(data: TrainingData, config: SasRecConfig, *, seed: int, progress: Progress) -> FittedModel:
    """Train with early stopping on validation NDCG@5 and export."""
    rng = np.random.default_rng(seed)
    with seeded(seed):
        model = build_sasrec(config, data.n_items)
        served = ServedSasRec(model, data.popularity)

        def batches(rng: np.random.Generator) -> Iterator[Batch]:
            windows = cut_windows(data, config.max_length, rng)
            for inputs, targets in window_batches(data, windows, config.batch_size, rng):
                yield inputs, targets, _draw_negatives(config, data.n_items, rng)

        def validation_scores(users: NDArray[np.int64], histories: Histories) -> NDArray[np.float32]:
            with torch.no_grad():
                scores: NDArray[np.float32] = served(torch.from_numpy(histories.last(config.max_length))).numpy()
            return scores

        windows = cut_windows(data, config.max_length, np.random.default_rng(seed))
        result = fit_module(
            model,
            batches=batches,
            loss=lambda batch: _loss(model, batch),
            validate=Validator.of(data, config.validation_users, validation_scores),
            optimization=Optimization(
                learning_rate=config.learning_rate,
                weight_decay=config.weight_decay,
                epochs=config.epochs,
                patience=config.patience,
                steps_per_epoch=-(-len(windows) // config.batch_size),
            ),
            rng=rng,
            progress=progress,
        )
    return FittedModel(
        files={NETWORK_FILE: export_network(served, _example(data, config.max_length))},
        max_length=config.max_length,
        flops_per_query=flops_per_query(config, data.n_items),
        metrics={"epochs": float(result.epochs), "best_epoch": float(result.best_epoch)},
    )


def flops_per_query(config: SasRecConfig, n_items: int) -> float:
    """Return the multiplications and additions of one query's matrix products, attention and output included."""
    width, length = config.hidden_size, config.max_length
    layer = length * (8 * width**2 + 4 * width * config.inner_size) + 4 * length**2 * width
    return float(config.n_layers * layer + 2 * width * n_items)


def _loss(model: Any, batch: Batch) -> Tensor:
    inputs, targets, negatives = batch
    wanted = torch.from_numpy(targets)
    inside = wanted >= 0
    hidden = encode_positions(model, torch.from_numpy(inputs) + 1, causal_mask(inputs.shape[1]))[inside]
    vectors = model.item_embedding.weight[PADDING + 1 :]
    if negatives is None:
        return full_softmax_loss(hidden, vectors, wanted[inside])
    return sampled_softmax_loss(hidden, vectors, wanted[inside], negatives)


def _draw_negatives(config: SasRecConfig, n_items: int, rng: np.random.Generator) -> SharedNegatives | None:
    full = n_items <= LARGEST_FULL_CATALOGUE if config.loss == "auto" else config.loss == "full"
    if full or config.negatives >= n_items:
        return None
    return SharedNegatives(torch.from_numpy(rng.choice(n_items, config.negatives, replace=False)), n_items)


def _example(data: TrainingData, max_length: int) -> NDArray[np.int64]:
    """Return an empty history and those of the first few users: what the export is checked on."""
    histories = [data.items[:0], *(data.sequence(user) for user in range(min(32, data.n_users)))]
    return Histories.of(histories, data.n_items).last(max_length)


MODEL = Model(
    task="sequential",
    scorer="sequence",
    config_type=SasRecConfig,
    fit=fit,
)
