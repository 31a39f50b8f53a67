"""Losses over the whole catalogue for models that score items by a dot product."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


def full_softmax_loss(hidden: Tensor, item_vectors: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of the targets against every item.

    Args:
        hidden: [P, d] one vector a prediction.
        item_vectors: [n_items, d].
        targets: [P] int64 item codes.
    """
    return functional.cross_entropy(hidden @ item_vectors.T, targets)


@dataclass(frozen=True, slots=True)
class SharedNegatives:
    """Negative items for one batch, shared by all of its predictions.

    Attributes:
        codes: [M] distinct item codes, drawn uniformly.
        n_items: size of the catalogue they were drawn from.
    """

    codes: Tensor
    n_items: int


def sampled_softmax_loss(hidden: Tensor, item_vectors: Tensor, targets: Tensor, negatives: SharedNegatives) -> Tensor:
    """Cross-entropy of the targets against themselves and negatives shared by the batch.

    One product with M vectors serves all P predictions, so the cost does not grow with the catalogue. The negatives
    stand for the whole catalogue: log(n_items / M) is added to their logits, so that the loss estimates the full
    softmax (Jean et al. 2015, "On using very large target vocabulary for neural machine translation", section 3). A
    negative that equals a prediction's target is left out for that prediction.

    Args:
        hidden: [P, d] one vector a prediction.
        item_vectors: [n_items, d].
        targets: [P] int64 item codes.
        negatives: the shared sample.
    """
    positive = (hidden * item_vectors[targets]).sum(dim=1, keepdim=True)
    correction = torch.log(torch.tensor(negatives.n_items / len(negatives.codes)))
    others = hidden @ item_vectors[negatives.codes].T + correction
    others = others.masked_fill(negatives.codes[None, :] == targets[:, None], -torch.inf)
    logits = torch.cat([positive, others], dim=1)
    return functional.cross_entropy(logits, torch.zeros(len(targets), dtype=torch.int64))
