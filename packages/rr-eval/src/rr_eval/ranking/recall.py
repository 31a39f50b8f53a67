"""Recall."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.relevant import check_relevant


def recall(ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int) -> NDArray[np.float64]:
    """Return [N] the share of a query's relevant items that are among the first k; the mean is Recall@k.

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or k below 1.

    Example:
        >>> recall([1, 7, 2], [0, 2, 3], k=5).tolist()
        [0.5, 1.0]
    """
    relevant = check_relevant(ranks, offsets, k)
    return np.asarray(relevant.total(relevant.ranks <= k) / np.maximum(relevant.counts, 1))
