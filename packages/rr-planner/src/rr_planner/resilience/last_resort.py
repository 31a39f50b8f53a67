"""What is served when nobody can answer: a fixed list, such as the most popular items."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import InvalidPolicyError
from rr_planner.types import FloatArray, IntArray, QueryBatch


class LastResort:
    """Ranks by a fixed order of items. It reads two arrays and cannot fail.

    Args:
        items: [N] distinct item ids, best first.

    Raises:
        InvalidPolicyError: no item, an item twice, or something else than whole numbers.

    Example:
        >>> queries = QueryBatch.of(users=[1], histories=[[]], evidence_horizon=[1.0], candidates=[[5, 9, 7]])
        >>> LastResort([7, 8, 9]).rank(queries, 2)[0].tolist()
        [[7, 9]]
    """

    def __init__(self, items: ArrayLike) -> None:
        """Check and sort the list once."""
        array = np.asarray(items)
        whole = array.ndim == 1 and array.size > 0 and array.dtype.kind in "iu"
        if not whole or len(np.unique(array)) < len(array):
            raise InvalidPolicyError(
                "last_resort", f"dtype {array.dtype}, shape {array.shape}", "[N] distinct item ids (int), at least one"
            )
        self._items = array.astype(np.int64)
        self._order = np.argsort(self._items)

    def rank(self, queries: QueryBatch, k: int) -> tuple[IntArray, FloatArray]:
        """Return items [B, k] and scores [B, k].

        Candidates stand in the order of the list, those it does not hold behind them in the order given.
        """
        if queries.candidates is None:
            rows = np.broadcast_to(self._items[:k], (len(queries), min(k, len(self._items))))
        else:
            order = np.argsort(self._places(queries.candidates), axis=1, kind="stable")
            rows = np.take_along_axis(queries.candidates, order, axis=1)[:, :k]
        width = rows.shape[1]
        items = np.zeros((len(queries), k), dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf)
        items[:, :width], scores[:, :width] = rows, -np.arange(width, dtype=np.float64)
        return items, scores

    def _places(self, candidates: IntArray) -> IntArray:
        ranked = self._items[self._order]
        found = np.minimum(np.searchsorted(ranked, candidates), len(ranked) - 1)
        return np.where(ranked[found] == candidates, self._order[found], len(ranked))
