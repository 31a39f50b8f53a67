"""Mean average precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.relevant import check_relevant


def average_precision(
    ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int | None = None
) -> NDArray[np.float64]:
    """Return [N] average precisions; the mean is MAP@k, or MAP where k is None.

    A query's average precision sums i / rank over its relevant items within the first k, the ith of them at that rank,
    and divides by the best sum there can be, min(k, its relevant items), so that a perfect list scores 1 at any k (as
    in RecBole). trec_eval and ranx divide by the relevant items alone, torchmetrics by those within the first k.

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1, or None for no cut.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or k below 1.

    Example:
        >>> average_precision([1, 4], [0, 2]).tolist(), average_precision([1, 4], [0, 2], k=3).tolist()
        ([0.75], [0.5])
    """
    relevant = check_relevant(ranks, offsets, k)
    cut = np.inf if k is None else k
    ascending, nth = relevant.ascending()
    gained = relevant.total(np.where(ascending <= cut, nth / ascending, 0.0))
    return np.asarray(gained / np.minimum(np.maximum(relevant.counts, 1), cut))
