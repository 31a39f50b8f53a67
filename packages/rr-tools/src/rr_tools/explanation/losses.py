"""What an explaining network is trained on, in one sum: words, content, rating (Li et al. 2021, equations 8 to 11)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from rr_tools.explanation.batches import ExplanationBatch
from rr_tools.explanation.network import ExplanationNetwork, Predictions
from rr_tools.runtime.vocabulary import BOS, EOS, PAD


def word_losses(predictions: Predictions, words: Tensor) -> Tensor:
    """Return [N] the negative log-likelihood of each of the batch's N words, `<eos>` included.

    Args:
        predictions: given all but the last column of `words`.
        words: [B, T + 1] `<bos>` first, `<pad>` behind.
    """
    following = words[:, 1:].flatten()
    losses = functional.cross_entropy(predictions.words.flatten(0, 1), following, reduction="none")
    return losses[following != PAD]  # picking words' losses is cheap, picking their logits would copy most of the batch


def training_loss(network: ExplanationNetwork, predictions: Predictions, batch: ExplanationBatch) -> Tensor:
    """Return the weighted sum of the mean losses of words, of content and of ratings."""
    loss = word_losses(predictions, batch.words).mean()
    if predictions.content is not None and network.content_weight > 0:
        loss = loss + network.content_weight * content_loss(predictions.content, batch.words)
    if predictions.ratings is not None and network.rating_weight > 0:
        loss = loss + network.rating_weight * rating_loss(predictions.ratings, batch.ratings)
    return loss


def content_loss(logits: Tensor, words: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of the texts' words, their order disregarded.

    Args:
        logits: [B, V].
        words: [B, T + 1].
    """
    likelihoods = torch.log_softmax(logits, dim=1).gather(1, words)
    held = (words != PAD) & (words != BOS) & (words != EOS)
    return -(likelihoods * held).sum() / held.sum().clamp(min=1)


def rating_loss(expected: Tensor, ratings: Tensor) -> Tensor:
    """Return the mean squared error over the ratings that are known; 0 where none is."""
    known = torch.isfinite(ratings)
    errors = torch.where(known, expected - torch.where(known, ratings, expected), 0.0)
    return errors.square().sum() / known.sum().clamp(min=1)
