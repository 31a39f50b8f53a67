"""Precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.relevant import check_relevant


def precision(ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int) -> NDArray[np.float64]:
    """Return [N] the share of the first k places that relevant items take; the mean is Precision@k.

    The places of a list that is shorter than k count as not relevant (as in trec_eval).

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or k below 1.

    Example:
        >>> precision([1, 2, 7], [0, 2, 3], k=4).tolist()
        [0.5, 0.0]
    """
    relevant = check_relevant(ranks, offsets, k)
    return relevant.total(relevant.ranks <= k) / k
