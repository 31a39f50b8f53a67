"""Mean reciprocal rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.ranks_check import check_ranks


def mrr(ranks: ArrayLike, *, k: int | None = None) -> NDArray[np.float64]:
    """Return [N] reciprocal ranks, 0 beyond place k; their mean is MRR@k, or MRR where k is None.

    Args:
        ranks: [N] from 1; inf for a target that is not ranked counts as 0.
        k: at least 1, or None for no cut.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, or k below 1.

    Example:
        >>> mrr([1, 4, 8]).tolist(), mrr([1, 4, 8], k=5).tolist()
        ([1.0, 0.25, 0.125], [1.0, 0.25, 0.0])
    """
    checked = check_ranks(ranks, k)
    return np.where(checked <= (np.inf if k is None else k), 1 / checked, 0.0)
