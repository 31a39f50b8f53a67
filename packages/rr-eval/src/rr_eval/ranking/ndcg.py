"""Normalised discounted cumulative gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.relevant import Relevant, check_relevant


def ndcg(
    ranks: ArrayLike, offsets: ArrayLike | None = None, *, k: int, gains: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return [N] the discounted gain of the first k places over the best there can be; the mean is NDCG@k.

    An item at rank r gains 1 / log2(r + 1) times its own gain (Jarvelin and Kekalainen, 2002). With one relevant item
    the best is 1, so NDCG@k never exceeds HR@k.

    Args:
        ranks, offsets: of the relevant items, see `rr_eval.ranking`.
        k: at least 1.
        gains: [M] above 0, how relevant each item is; None: all alike.

    Raises:
        InvalidArgumentError: a rank below 1 or NaN, wrong offsets, k below 1, or a gain that is not above 0.

    Example:
        >>> ndcg([1, 3, 6], k=5).tolist()
        [1.0, 0.5, 0.0]
        >>> ndcg([1, 3], [0, 2], k=5, gains=[1, 3]).round(3).tolist()
        [0.689]
    """
    relevant = check_relevant(ranks, offsets, k)
    discounted = np.where(relevant.ranks <= k, 1 / np.log2(relevant.ranks + 1), 0.0)
    if gains is None:
        return relevant.total(discounted) / _best_of_equals(relevant.counts, k)
    weights = _checked(gains, relevant)
    return relevant.total(discounted * weights) / _best(weights, relevant, k)


def _best_of_equals(counts: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    places = np.clip(counts, 1, k)
    return np.asarray(np.cumsum(_discounts(int(places.max(initial=1))))[places - 1])


def _best(gains: NDArray[np.float64], relevant: Relevant, k: int) -> NDArray[np.float64]:
    downward, nth = Relevant(-gains, relevant.queries, relevant.counts).ascending()
    return relevant.total(np.where(nth <= k, -downward / np.log2(nth + 1), 0.0))


def _discounts(k: int) -> NDArray[np.float64]:
    return np.asarray(1 / np.log2(np.arange(2, k + 2)))


def _checked(gains: ArrayLike, relevant: Relevant) -> NDArray[np.float64]:
    weights = np.asarray(gains, dtype=np.float64)
    if weights.shape != relevant.ranks.shape:
        raise InvalidArgumentError("gains", f"shape {weights.shape}", f"{relevant.ranks.shape}, one a rank")
    if not np.all((weights > 0) & (weights < np.inf)):
        raise InvalidArgumentError("gains", f"{weights[~((weights > 0) & (weights < np.inf))][0]:g}", "finite, above 0")
    return weights
