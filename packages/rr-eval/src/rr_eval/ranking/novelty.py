"""Novelty."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.exposure import check_exposure, check_popularity


def novelty(exposure: ArrayLike, popularity: ArrayLike, *, n_users: int) -> float:
    """Return the mean self-information of what is recommended, in bits: -log2 of the share of users who took it.

    (Zhou et al., 2010.) An item that nobody took counts as taken once. NaN where nothing is recommended.

    Args:
        exposure: [I] how often each item is recommended, see `rr_eval.exposure`.
        popularity: [I] users who took each item in training.
        n_users: users in training.

    Raises:
        InvalidArgumentError: shapes that differ, a negative count, or fewer users than took one item.

    Example:
        >>> novelty([1, 1], [8, 2], n_users=8)
        1.0
    """
    shown = check_exposure(exposure)
    taken = np.maximum(check_popularity(popularity, shown), 1.0)
    if n_users < taken.max():
        raise InvalidArgumentError("n_users", n_users, f"at least {taken.max():g}, who took one item")
    return float(np.average(np.log2(n_users / taken), weights=shown)) if shown.sum() else float("nan")
