"""Area under the ROC curve of each query's ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.relevant import check_relevant


def user_auc(ranks: ArrayLike, offsets: ArrayLike | None = None, *, n_items: ArrayLike) -> NDArray[np.float64]:
    """Return [N] how often a relevant item stands above another one; the mean is the AUC per user.

    (Rendle et al., "BPR", 2009.) Middle ranks count a tie as half. NaN where every ranked item is relevant.

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`; an item that is not ranked, whose rank is inf,
            stands behind all `n_items`.
        n_items: [N] or one number, the ranked items of a query, the relevant ones among them.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, or a rank beyond the items.

    Example:
        >>> user_auc([1, 3, 5], n_items=5).tolist()
        [1.0, 0.5, 0.0]
    """
    relevant = check_relevant(ranks, offsets, None)
    items = np.broadcast_to(np.asarray(n_items, dtype=np.float64), relevant.counts.shape)
    own = items if relevant.queries is None else items[relevant.queries]
    beyond = np.isfinite(relevant.ranks) & (relevant.ranks > own)
    if beyond.any():
        received = f"rank {relevant.ranks[beyond][0]:g} among {own[beyond][0]:g} items"
        raise InvalidArgumentError("n_items", received, "at least the highest rank")
    others = items - relevant.counts
    placed = np.where(np.isfinite(relevant.ranks), own - relevant.ranks, 0.0)  # items below each
    found = relevant.total(np.isfinite(relevant.ranks))
    pairs = relevant.total(placed) - found * (found - 1) / 2 - (relevant.counts - found) * found
    below = np.divide(pairs, relevant.counts * others, out=np.full(len(items), np.nan), where=others > 0)
    return np.asarray(below)
