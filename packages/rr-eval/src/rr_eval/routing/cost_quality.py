"""Quality against cost, as a router sends more and more queries to the strong system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.routing.hull import upper_hull


@dataclass(frozen=True, slots=True, eq=False)
class CostQualityCurve:
    """P operating points of a router, from all queries to the weak system to all to the strong one.

    Attributes:
        share: [P] of the queries that go to the strong system, ascending from 0 to 1.
        quality: [P] mean over all queries.
        cost: [P] mean over all queries.
    """

    share: NDArray[np.float64]
    quality: NDArray[np.float64]
    cost: NDArray[np.float64]

    def hull(self) -> NDArray[np.int64]:
        """Return the points on the upper hull, by ascending cost: no mixture of others is as cheap and better.

        A router between two of them is had by choosing between the two at random.
        """
        return upper_hull(self.cost, self.quality)


def cost_quality_curve(
    need: ArrayLike, weak: ArrayLike, strong: ArrayLike, *, weak_cost: ArrayLike = 0.0, strong_cost: ArrayLike = 1.0
) -> CostQualityCurve:
    """Return the curve of a router that sends the queries with the highest `need` to the strong system.

    Queries of equal need go together; between two points the curve is that of choosing among them at random.

    Args:
        need: [N] the router's score of each query; only its order counts.
        weak, strong: [N] quality of the two systems' answers, such as NDCG@5 of each query.
        weak_cost, strong_cost: [N] or one number, cost of the two answers.

    Raises:
        InvalidArgumentError: no queries, different shapes, or numbers that are not finite.

    Example:
        >>> curve = cost_quality_curve([0.9, 0.1, 0.5], weak=[0, 1, 0], strong=[1, 1, 0])
        >>> curve.share.round(2).tolist(), curve.quality.round(2).tolist()
        ([0.0, 0.33, 0.67, 1.0], [0.33, 0.67, 0.67, 0.67])
    """
    asked, low, high = (_check(name, v) for name, v in (("need", need), ("weak", weak), ("strong", strong)))
    if not low.shape == high.shape == asked.shape:
        raise InvalidArgumentError("need, weak, strong", f"{asked.shape}, {low.shape}, {high.shape}", "one shape [N]")
    cheap, dear = (np.broadcast_to(_check("cost", np.atleast_1d(c)), asked.shape) for c in (weak_cost, strong_cost))
    order = np.argsort(-asked, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(asked[order])) + 1, len(order))
    points = np.concatenate([[0], ends])
    gained, paid = (np.concatenate([[0.0], np.cumsum(step[order])])[points] for step in (high - low, dear - cheap))
    n = len(asked)
    return CostQualityCurve(points / n, low.mean() + gained / n, cheap.mean() + paid / n)


def _check(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise InvalidArgumentError(name, f"shape {array.shape}", "finite numbers, shape [N], at least one query")
    return array
