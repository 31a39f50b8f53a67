"""What a router loses by not choosing the best answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def regret(
    quality: ArrayLike, chosen: ArrayLike, *, costs: ArrayLike | None = None, price: float = 0.0
) -> NDArray[np.float64]:
    """Return [N] the utility of the best answer minus that of the chosen one, never below 0; the mean is the regret.

    An answer's utility is its quality minus `price` times its cost.

    Args:
        quality: [N, A] of each of the A answers that could be had.
        chosen: [N] which one the router took.
        costs: [N, A] or [A], of the answers; None: nothing costs anything.
        price: what a unit of cost is worth in quality.

    Raises:
        InvalidArgumentError: shapes that differ, numbers that are not finite, or a choice outside [0, A).

    Example:
        >>> regret([[0.0, 1.0], [1.0, 1.0]], [0, 1]).tolist()
        [1.0, 0.0]
        >>> regret([[0.0, 1.0], [1.0, 1.0]], [0, 1], costs=[0, 10], price=0.05).tolist()
        [0.5, 0.5]
    """
    offered, taken = np.asarray(quality, dtype=np.float64), np.asarray(chosen)
    if offered.ndim != 2 or not offered.shape[1] or taken.shape != offered.shape[:1] or taken.dtype.kind not in "iu":
        received = f"shapes {offered.shape} and {taken.shape}, {taken.dtype}"
        raise InvalidArgumentError("quality, chosen", received, "[N, A] numbers and [N] whole numbers")
    if len(taken) and not (taken.min() >= 0 and taken.max() < offered.shape[1]):
        raise InvalidArgumentError("chosen", f"{taken.min()} to {taken.max()}", f"answers in [0, {offered.shape[1]})")
    paid = np.zeros(offered.shape[1]) if costs is None else np.asarray(costs, dtype=np.float64)
    if paid.shape not in (offered.shape, offered.shape[1:]):
        raise InvalidArgumentError("costs", f"shape {paid.shape}", f"{offered.shape} or {offered.shape[1:]}")
    utility = offered - price * paid
    if not np.isfinite(utility).all():
        raise InvalidArgumentError("quality, costs", "a number that is not finite", "finite numbers")
    return np.asarray(utility.max(axis=1) - utility[np.arange(len(taken)), taken])
