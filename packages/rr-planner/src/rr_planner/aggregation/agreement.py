"""How far the tools agree on a query."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from rr_planner.aggregation.tally import Entries, Lists
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
    return agreement_of(lists, Entries.of(lists))


def agreement_of(lists: Lists, entries: Entries) -> FloatArray:
    """Return `agreement` of lists whose entries are sorted already."""
    tools, size, _ = lists.items.shape
    named = np.zeros((len(entries.first), tools), dtype=np.bool_)
    named[entries.group, entries.tools] = True
    rows = entries.rows[entries.first]
    length = lists.counted.sum(2)
    total, pairs = np.zeros(size), np.zeros(size)
    for one, two in combinations(range(tools), 2):
        both = (length[one] > 0) & (length[two] > 0)
        common = np.bincount(rows[named[:, one] & named[:, two]], minlength=size)
        total += np.where(both, common / np.maximum(np.maximum(length[one], length[two]), 1), 0.0)
        pairs += both
    return np.where(pairs > 0, total / np.maximum(pairs, 1), np.nan)
