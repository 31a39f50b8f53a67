"""How far the tools agree on a query."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from rr_planner.aggregation.tally import Lists
from rr_planner.protocols import RankingLike
from rr_planner.types import FloatArray


def agreement(rankings: Sequence[RankingLike]) -> FloatArray:
    """Return the mean overlap of the tools' lists, pair by pair.

    The overlap of two lists is the share of common items in the longer one. Empty lists and lists that repeat an
    earlier tool's items and scores are left out.

    Args:
        rankings: one answer a tool to the same B queries.

    Returns:
        [B] in [0, 1]; NaN where fewer than two different lists are left.

    Raises:
        InvalidAnswerError: no ranking is given, or they answer different numbers of queries.

    Example:
        >>> from rr_planner.types import Ranking
        >>> one = Ranking(np.array([[1, 2]]), np.array([[0.9, 0.1]]))
        >>> two = Ranking(np.array([[3, 2]]), np.array([[8.0, 5.0]]))
        >>> agreement([one, two]).tolist()
        [0.5]
    """
    lists = Lists.of(rankings)
    length = lists.counted.sum(2)
    total, pairs = np.zeros(lists.items.shape[1]), np.zeros(lists.items.shape[1])
    for one, two in combinations(range(len(rankings)), 2):
        both = (length[one] > 0) & (length[two] > 0)
        same = lists.items[one][:, :, None] == lists.items[two][:, None, :]
        same &= lists.counted[one][:, :, None] & lists.counted[two][:, None, :]
        longer = np.maximum(length[one], length[two])
        total += np.where(both, same.sum((1, 2)) / np.maximum(longer, 1), 0.0)
        pairs += both
    return np.where(pairs > 0, total / np.maximum(pairs, 1), np.nan)
