"""Mean reciprocal rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.relevant import check_relevant


def mrr(ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int | None = None) -> NDArray[np.float64]:
    """Return [N] 1 / rank of the first relevant item, 0 beyond place k; the mean is MRR@k, or MRR where k is None.

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1, or None for no cut.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or k below 1.

    Example:
        >>> mrr([1, 4, 8]).tolist(), mrr([1, 4, 8], k=5).tolist()
        ([1.0, 0.25, 0.125], [1.0, 0.25, 0.0])
    """
    relevant = check_relevant(ranks, offsets, k)
    first = relevant.ranks
    if relevant.queries is not None:
        first = np.where(relevant.counts > 0, np.inf, np.nan)
        np.minimum.at(first, relevant.queries, relevant.ranks)
    return np.where(first > (np.inf if k is None else k), 0.0, 1 / first)
