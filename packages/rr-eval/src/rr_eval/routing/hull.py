"""What is not worth having: operating points that a mixture of others beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def upper_hull(cost: ArrayLike, quality: ArrayLike) -> NDArray[np.int64]:
    """Return the points on the upper hull, by ascending cost: no mixture of others is as cheap and better.

    What lies between two of them is had by choosing between the two at random.

    Args:
        cost, quality: [P] finite, of each point.

    Raises:
        InvalidArgumentError: no points, different shapes, or numbers that are not finite.

    Example:
        >>> upper_hull([1, 2, 3, 4], [0.1, 0.15, 0.3, 0.2]).tolist()
        [0, 2]
    """
    paid, got = np.asarray(cost, np.float64), np.asarray(quality, np.float64)
    if paid.ndim != 1 or paid.shape != got.shape or not len(paid) or not np.isfinite([paid, got]).all():
        received = f"shapes {paid.shape} and {got.shape}"
        raise InvalidArgumentError("cost, quality", received, "finite numbers of one shape [P], at least one")
    kept: list[int] = []
    for point in np.lexsort((-got, paid)).tolist():
        if kept and got[point] <= got[kept[-1]]:
            continue
        while len(kept) > 1 and _turn(paid, got, kept[-2], kept[-1], point) >= 0:
            kept.pop()
        kept.append(point)
    return np.array(kept, dtype=np.int64)


def _turn(cost: NDArray[np.float64], quality: NDArray[np.float64], a: int, b: int, c: int) -> float:
    """Above 0 where b lies below the line from a to c."""
    left = (cost[b] - cost[a]) * (quality[c] - quality[a])
    return float(left - (cost[c] - cost[a]) * (quality[b] - quality[a]))
