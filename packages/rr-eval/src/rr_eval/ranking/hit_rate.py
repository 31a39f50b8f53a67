"""Hit rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ranking.relevant import check_relevant


def hit_rate(ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int) -> NDArray[np.float64]:
    """Return [N] ones where a relevant item is among the first k, else zeros; their mean is HR@k.

    With one relevant item HR@k equals recall@k (paper, section 4.1).

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or k below 1.

    Example:
        >>> hit_rate([1, 5.5, 2], k=5).tolist()
        [1.0, 0.0, 1.0]
    """
    relevant = check_relevant(ranks, offsets, k)
    return np.minimum(relevant.total(relevant.ranks <= k), 1.0)
