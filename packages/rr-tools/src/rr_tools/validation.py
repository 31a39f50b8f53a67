"""How well scores find the next item: what early stopping watches and what a card reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CUTOFF = 5


@dataclass(frozen=True, slots=True)
class NextItemScore:
    """HR@5 and NDCG@5 over a number of queries with one relevant item each."""

    hit_rate: float
    ndcg: float
    queries: int


def target_ranks(scores: NDArray[np.float32], targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return [B] the rank of each target: items above it + 1 + half of the items tied with it; inf where it is masked.

    Args:
        scores: [B, n_items], -inf where an item is not ranked.
        targets: [B] item codes.

    Example:
        >>> target_ranks(np.array([[3.0, 1.0, 1.0, 0.0]], dtype=np.float32), np.array([2])).tolist()
        [2.5]
    """
    own = scores[np.arange(len(targets)), targets][:, None]
    ahead, tied = (scores > own).sum(axis=1), (scores == own).sum(axis=1) - 1
    return np.where(np.isneginf(own[:, 0]), np.inf, ahead + 1 + tied / 2)


def next_item_score(ranks: NDArray[np.float64]) -> NextItemScore:
    """Average over ranks [B]; zero queries score 0."""
    if len(ranks) == 0:
        return NextItemScore(0.0, 0.0, 0)
    hits = ranks <= CUTOFF
    gains = np.where(hits, 1.0 / np.log2(np.where(hits, ranks, 1.0) + 1.0), 0.0)
    return NextItemScore(float(hits.mean()), float(gains.mean()), len(ranks))
