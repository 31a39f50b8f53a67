"""Hit rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.ranks_check import check_ranks


def hit_rate(ranks: ArrayLike, *, k: int) -> NDArray[np.float64]:
    """Return [N] ones where the target is among the first k, else zeros; their mean is HR@k.

    With one relevant item HR@k equals recall@k (paper, section 4.1).

    Args:
        ranks: [N] from 1; inf for a target that is not ranked.
        k: at least 1.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, or k below 1.

    Example:
        >>> hit_rate([1, 5.5, 2], k=5).tolist()
        [1.0, 0.0, 1.0]
    """
    checked = check_ranks(ranks, k)
    return (checked <= k).astype(np.float64)
