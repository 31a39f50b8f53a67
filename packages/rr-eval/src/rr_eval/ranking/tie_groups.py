"""Ranks inside lists in which several relevant items may tie.

Of a tie group of g items that follows `ahead` others, let r be relevant. In random order the ith of them stands, on
average, at ahead + i (g + 1) / (r + 1): with r = 1 the middle of the group, with r = g its ith place. Optimistic ranks
put the relevant items first, ahead + i, pessimistic ones last, ahead + g - r + i.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.rank import TIE_POLICIES, Ties


def ranks_in_lists(
    queries: NDArray[np.int64], scores: NDArray[np.floating[Any]], relevant: NDArray[np.bool_], *, ties: Ties = "middle"
) -> NDArray[np.float64]:
    """Return the ranks of the relevant items, in order.

    Args:
        queries: [M] the query of each place, not decreasing.
        scores: [M] not increasing within a query.
        relevant: [M] whether the item at the place is relevant.
        ties: `middle`, `optimistic` or `pessimistic`.

    Raises:
        InvalidArgumentError: `ties` is none of the three.

    Example:
        >>> same = np.zeros(5, dtype=np.int64), np.array([3.0, 2, 2, 2, 1]), np.array([False, True, True, False, True])
        >>> ranks_in_lists(*same).round(2).tolist(), ranks_in_lists(*same, ties="pessimistic").tolist()
        ([2.33, 3.67, 5.0], [3.0, 4.0, 5.0])
    """
    if ties not in TIE_POLICIES:
        raise InvalidArgumentError("ties", repr(ties), f"one of {', '.join(TIE_POLICIES)}")
    new_query = _changes(queries)
    new_group = new_query | _changes(scores)
    starts = np.flatnonzero(new_group)
    group = np.cumsum(new_group) - 1
    sizes = np.diff(starts, append=len(scores))
    ahead = starts - np.flatnonzero(new_query)[(np.cumsum(new_query) - 1)[starts]]
    wanted = np.bincount(group[relevant], minlength=len(starts))
    of = group[relevant]
    nth = np.arange(1, len(of) + 1) - (np.cumsum(wanted) - wanted)[of]
    ahead, size, among = ahead[of], sizes[of], wanted[of]
    if ties == "middle":
        return np.asarray(ahead + nth * (size + 1) / (among + 1))
    return np.asarray(ahead + nth + (size - among if ties == "pessimistic" else 0), dtype=np.float64)


def _changes(values: NDArray[np.int64] | NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    return np.concatenate([np.ones(min(1, len(values)), dtype=bool), values[1:] != values[:-1]])
