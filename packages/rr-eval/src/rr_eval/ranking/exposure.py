"""How often items are recommended: what coverage, Gini, novelty and popularity bias are functions of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def exposure(items: ArrayLike, *, n_items: int, k: int) -> NDArray[np.int64]:
    """Return [n_items] in how many lists each item stands among the first k.

    Args:
        items: [N, K] codes from 0, best first; -1 for a place without an item.
        n_items: size of the catalogue.
        k: at least 1.

    Raises:
        InvalidArgumentError: another shape, a code outside the catalogue, or k below 1.

    Example:
        >>> exposure([[0, 2, 1], [0, 1, -1]], n_items=4, k=2).tolist()
        [2, 1, 1, 0]
    """
    codes = np.asarray(items)
    if codes.ndim != 2 or codes.dtype.kind not in "iu":
        raise InvalidArgumentError("items", f"{codes.dtype} of shape {codes.shape}", "whole numbers, shape [N, K]")
    if k < 1:
        raise InvalidArgumentError("k", k, "1 or more")
    if codes.size and not (codes.min() >= -1 and codes.max() < n_items):
        raise InvalidArgumentError("items", f"codes {codes.min()} to {codes.max()}", f"-1, or codes below {n_items}")
    first = codes[:, :k]
    return np.bincount(first[first >= 0], minlength=n_items)


def check_exposure(counts: ArrayLike) -> NDArray[np.float64]:
    """Return exposure [I] as float64.

    Raises:
        InvalidArgumentError: another shape, no items, or a negative or missing count.
    """
    shown = np.asarray(counts, dtype=np.float64)
    if shown.ndim != 1 or not len(shown) or not np.all((shown >= 0) & (shown < np.inf)):
        raise InvalidArgumentError(
            "exposure", f"shape {shown.shape}", "counts from 0, shape [I] with at least one item"
        )
    return shown


def check_popularity(popularity: ArrayLike, shown: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return popularity [I] as float64.

    Raises:
        InvalidArgumentError: another shape than the exposure's, or a negative or missing count.
    """
    counts = np.asarray(popularity, dtype=np.float64)
    if counts.shape != shown.shape or not np.all((counts >= 0) & (counts < np.inf)):
        raise InvalidArgumentError("popularity", f"shape {counts.shape}", f"counts from 0, shape {shown.shape}")
    return counts
