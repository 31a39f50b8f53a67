"""The ranks of the relevant items of N queries, checked: what every ranking metric starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True, eq=False)
class Relevant:
    """M relevant items of N queries.

    Attributes:
        ranks: [M] float64 from 1, inf where not ranked.
        queries: [M] int64, the query of each; None where query n has the nth rank and no other.
        counts: [N] int64, relevant items of each query.
    """

    ranks: NDArray[np.float64]
    queries: NDArray[np.int64] | None
    counts: NDArray[np.int64]

    def total(self, values: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sum `values` [M] by query [N]; NaN for a query without a relevant item."""
        if self.queries is None:
            return values.astype(np.float64)
        sums = np.bincount(self.queries, weights=values, minlength=len(self.counts))
        return np.where(self.counts > 0, sums, np.nan)

    def ascending(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the ranks [M] ascending within each query, and [M] which of its query's each one is, from 1."""
        if self.queries is None:
            return self.ranks, np.ones(len(self.ranks))
        order = np.lexsort((self.ranks, self.queries))
        starts = np.cumsum(self.counts) - self.counts
        return self.ranks[order], np.arange(1.0, len(self.ranks) + 1) - starts[self.queries]


def check_relevant(ranks: ArrayLike, offsets: ArrayLike | None, k: int | None) -> Relevant:
    """Check the arguments that ranking metrics share.

    Raises:
        InvalidArgumentError: another shape, a rank below 1 or NaN, offsets that do not go up from 0 to M, or k below 1.
    """
    checked = np.asarray(ranks, dtype=np.float64)
    if checked.ndim != 1:
        raise InvalidArgumentError("ranks", f"shape {checked.shape}", "shape [M]")
    if not np.all(checked >= 1):
        raise InvalidArgumentError("ranks", f"{checked[~(checked >= 1)][0]:g}", "ranks from 1, inf where not ranked")
    if k is not None and k < 1:
        raise InvalidArgumentError("k", k, "1 or more")
    if offsets is None:
        return Relevant(checked, None, np.ones(len(checked), dtype=np.int64))
    bounds = np.asarray(offsets)
    if bounds.ndim != 1 or not len(bounds) or bounds.dtype.kind not in "iu":
        raise InvalidArgumentError("offsets", f"{bounds.dtype} of shape {bounds.shape}", "whole numbers, shape [N + 1]")
    counts = np.diff(bounds.astype(np.int64))
    if bounds[0] != 0 or bounds[-1] != len(checked) or np.any(counts < 0):
        raise InvalidArgumentError("offsets", f"{bounds}", f"numbers that ascend from 0 to {len(checked)}")
    return Relevant(checked, np.repeat(np.arange(len(counts)), counts), counts)
