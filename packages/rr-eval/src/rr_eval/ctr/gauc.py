"""Area under the ROC curve by user."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.ctr.clicks_check import check_clicks
from rr_eval.errors import InvalidArgumentError
from rr_eval.statistics import Statistics


def gauc(labels: ArrayLike, scores: ArrayLike, users: ArrayLike) -> float:
    """Return the mean AUC of the users, each weighted by rows (Zhu et al., "Optimized cost per click", 2017).

    Users whose rows all have the same label are left out; NaN where that leaves nobody.

    Args:
        labels: [N] 1 for a click, 0 for none.
        scores: [N] finite; only their order within a user counts.
        users: [N] whose row it is, anything that can be sorted.

    Raises:
        InvalidArgumentError: different shapes, no rows, another label, or a score that is not finite.

    Example:
        >>> gauc([1, 0, 1, 0, 1], [0.9, 0.3, 0.3, 0.5, 0.2], ["a", "a", "b", "b", "c"])
        0.5
    """
    clicked, given = check_clicks(labels, scores, probabilities=False)
    owners = np.asarray(users)
    if owners.shape != given.shape:
        raise InvalidArgumentError("users", f"shape {owners.shape}", f"{given.shape}, one a row")
    weighted, rows = _by_user(clicked, given, owners).T
    return float(weighted.sum() / rows.sum()) if rows.sum() else float("nan")


def gauc_statistics(clicked: NDArray[np.bool_], scores: NDArray[np.float64], users: NDArray[np.generic]) -> Statistics:
    """Return the GAUC as a function of sums over users: users, not rows, are resampled."""
    return Statistics(_by_user(clicked, scores, users), _of_sums)


def _by_user(
    clicked: NDArray[np.bool_], scores: NDArray[np.float64], users: NDArray[np.generic]
) -> NDArray[np.float64]:
    """Return [U, 2] each user's AUC times rows, and rows; both 0 for a user with one label."""
    _, owner = np.unique(users, return_inverse=True)
    _, value = np.unique(scores, return_inverse=True)
    _, group = np.unique(owner * (int(value.max()) + 1) + value, return_inverse=True)  # by user, then by score
    of_user = np.zeros(int(group.max()) + 1, dtype=np.int64)
    of_user[group] = owner
    clicks, others = np.bincount(group, weights=clicked), np.bincount(group, weights=~clicked)
    first = np.searchsorted(of_user, np.arange(of_user[-1] + 1))
    below = np.cumsum(others) - others
    below = below - below[first][of_user] + others / 2
    pairs = np.bincount(of_user, weights=clicks * below)
    n_clicks, n_others = np.bincount(owner, weights=clicked), np.bincount(owner, weights=~clicked)
    both = n_clicks * n_others
    rows = np.where(both > 0, n_clicks + n_others, 0.0)
    return np.stack([np.divide(pairs, both, out=np.zeros_like(pairs), where=both > 0) * rows, rows], axis=1)


def _of_sums(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # a resample without a user of both labels has no GAUC
        return np.asarray(sums[:, 0] / sums[:, 1])
