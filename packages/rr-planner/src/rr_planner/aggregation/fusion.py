"""Reciprocal-rank fusion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.aggregation.tally import Lists, tally
from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.types import Ranking


def reciprocal_rank_fusion(
    rankings: Sequence[RankingLike], k: int, *, weights: ArrayLike | None = None, smoothing: float = 60.0
) -> Ranking:
    """Rank items by the sum over the tools of weight / (smoothing + rank).

    Cormack, Clarke, Buettcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning methods
    (SIGIR 2009). Equal sums are ordered by the best rank, then the item id. A tool that repeats an earlier tool's items
    and scores for a query adds nothing there.

    Args:
        rankings: one answer a tool to the same B queries; padded places add nothing.
        k: length of the lists returned.
        weights: [T] at least 0, one a tool; all 1 where None.
        smoothing: at least 0; the larger, the less the first ranks stand out.

    Returns:
        [B, k] with the sums as scores. No confidence.

    Raises:
        InvalidAnswerError: no ranking is given, they answer different numbers of queries, or the weights do not fit.
    """
    lists = Lists.of(rankings)
    tools, size, width = lists.items.shape
    worth = np.ones(tools) if weights is None else np.asarray(weights, dtype=np.float64)
    if worth.shape != (tools,) or not np.all((worth >= 0) & np.isfinite(worth)):
        raise InvalidAnswerError("weights", f"{worth.tolist()}", f"{tools} finite numbers of at least 0")
    if not smoothing >= 0:
        raise InvalidAnswerError("smoothing", f"{smoothing}", "a number of at least 0")
    said = tally(lists, worth[:, None] / (smoothing + np.arange(1, width + 1)))
    return said.top(said.weight, size, k)
