"""S3-Rec's pretraining: what is masked, and what is to be told apart (Zhou et al. 2020, section 4).

The network and the four losses are RecBole's (`S3Rec.pretrain`): associated attribute, masked item, masked attribute
and segment prediction. RecBole makes their inputs item by item in Python; here whole batches are made at once, from
windows of equal length, so that nothing is padded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rr_tools.item_attributes import ItemAttributes
from rr_tools.model import TrainingRun
from rr_tools.recbole.sequence_encoder import SequenceEncoder
from rr_tools.recbole.sequential_config import S3RecConfig
from rr_tools.recbole.trainer import Optimization, fit_module
from rr_tools.recbole.windows import batch_rows, cut_items
from rr_tools.training_data import TrainingData

IntArray = NDArray[np.int64]
STAGE = "pretraining"
ROUNDS = 20


@dataclass(frozen=True, slots=True, eq=False)
class PretrainingBatch:
    """B windows of L items, as rows of the item embedding.

    Attributes:
        masked: [B, L] some items replaced by the mask token.
        items: [B, L] the items that were there.
        negatives: [B, L] items outside the window where one is masked, elsewhere the items.
        without_segment: [B, L] a segment replaced by mask tokens.
        segment: [B, L] that segment, mask tokens around it.
        other_segment: [B, L] a segment of the batch in its place.
    """

    masked: IntArray
    items: IntArray
    negatives: IntArray
    without_segment: IntArray
    segment: IntArray
    other_segment: IntArray


def pretrain(
    encoder: SequenceEncoder, data: TrainingData, config: S3RecConfig, run: TrainingRun, rng: np.random.Generator
) -> None:
    """Train the encoder in place on what its sequences and the items' attributes say about each other."""
    if config.pretraining_epochs == 0:
        return
    attributes = data.attributes

    def batches(rng: np.random.Generator) -> Iterator[PretrainingBatch]:
        windows = cut_items(data, config.max_length, rng)
        for rows in batch_rows(windows, config.pretraining_batch_size, rng, equal_lengths=True):
            items = data.items[windows.starts[rows][:, None] + np.arange(windows.lengths[rows[0]])]
            yield make_batch(items + 1, data.n_items, config.mask_ratio, rng)

    windows = cut_items(data, config.max_length, np.random.default_rng(run.seed))
    size = config.pretraining_batch_size
    fit_module(
        encoder,
        batches=batches,
        loss=lambda batch: pretraining_loss(encoder, batch, attributes),
        validate=None,
        optimization=Optimization(
            learning_rate=config.pretraining_learning_rate,
            weight_decay=config.weight_decay,
            epochs=config.pretraining_epochs,
            patience=config.pretraining_epochs,
            steps_per_epoch=len(batch_rows(windows, size, np.random.default_rng(run.seed), equal_lengths=True)),
        ),
        rng=rng,
        run=run,
        stage=STAGE,
    )


def pretraining_loss(encoder: SequenceEncoder, batch: PretrainingBatch, attributes: ItemAttributes | None) -> Tensor:
    """Return the weighted sum of the four losses for each item of the batch."""
    names = ("masked", "items", "negatives", "without_segment", "segment", "other_segment")
    rows = [torch.from_numpy(getattr(batch, name)) for name in names]
    n_features = encoder.model.n_features
    if attributes is None or attributes.n_attributes == 0:
        features = torch.zeros(batch.items.size, n_features)  # with weight 0, see `build_s3rec`
    else:
        features = torch.from_numpy(attributes.indicators(batch.items.ravel() - 1))
    total: Tensor = encoder.model.pretrain(features.view(*batch.items.shape, n_features), *rows)
    return total / batch.items.size


def make_batch(items: IntArray, n_items: int, mask_ratio: float, rng: np.random.Generator) -> PretrainingBatch:
    """Mask items and segments of a batch.

    Args:
        items: [B, L] rows of the item embedding, none of them padding.
        n_items: size of the catalogue; its rows are 1..n_items, the mask token's is n_items + 1.
        mask_ratio: share of the items that are masked.
        rng: draws.
    """
    mask_token = n_items + 1
    masked = rng.random(items.shape) < mask_ratio
    inside, others = _segments(items, rng)
    return PretrainingBatch(
        masked=np.where(masked, mask_token, items),
        items=items,
        negatives=np.where(masked, _outside(items, n_items, rng), items),
        without_segment=np.where(inside, mask_token, items),
        segment=np.where(inside, items, mask_token),
        other_segment=np.where(inside, others, mask_token),
    )


def _segments(items: IntArray, rng: np.random.Generator) -> tuple[NDArray[np.bool_], IntArray]:
    """Choose a segment of each row, up to half of it long; and as many consecutive items from anywhere in the batch."""
    size, length = items.shape
    lengths = rng.integers(1, max(1, length // 2) + 1, size)
    starts = rng.integers(0, length - lengths + 1)
    steps = np.arange(length)[None, :] - starts[:, None]
    inside = (steps >= 0) & (steps < lengths[:, None])
    other_starts = rng.integers(0, items.size - lengths + 1)
    return inside, items.ravel()[np.where(inside, other_starts[:, None] + steps, 0)]


def _outside(items: IntArray, n_items: int, rng: np.random.Generator) -> IntArray:
    """Draw for each item [B, L] one that its row does not hold; where 20 draws find none, one that it may hold."""
    drawn = rng.integers(1, n_items + 1, items.shape)
    for _ in range(ROUNDS):
        taken = (drawn[:, :, None] == items[:, None, :]).any(axis=2)
        if not taken.any():
            break
        drawn[taken] = rng.integers(1, n_items + 1, int(taken.sum()))
    return drawn
