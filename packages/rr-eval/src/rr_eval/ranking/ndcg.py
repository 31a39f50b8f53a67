"""Normalised discounted cumulative gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.ranks_check import check_ranks


def ndcg(ranks: ArrayLike, *, k: int) -> NDArray[np.float64]:
    """Return [N] values 1 / log2(rank + 1) where the target is among the first k, else 0; their mean is NDCG@k.

    With one relevant item the ideal gain is 1 (Jarvelin and Kekalainen, 2002), so NDCG@k never exceeds HR@k.

    Args:
        ranks: [N] from 1; inf for a target that is not ranked.
        k: at least 1.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, or k below 1.

    Example:
        >>> ndcg([1, 3, 6], k=5).tolist()
        [1.0, 0.5, 0.0]
    """
    checked = check_ranks(ranks, k)
    return np.where(checked <= k, 1 / np.log2(checked + 1), 0.0)
