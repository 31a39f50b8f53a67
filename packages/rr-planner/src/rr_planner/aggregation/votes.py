"""Majority vote over the tools' top-k lists (paper, section 3.3: aggregated outputs of several classical models)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rr_planner.aggregation.tally import Lists, tally
from rr_planner.protocols import RankingLike
from rr_planner.types import Ranking


def majority_vote(rankings: Sequence[RankingLike], k: int) -> Ranking:
    """Rank items by how many tools list them.

    Equal votes are ordered by the sum of reciprocal ranks, then the best rank, then the item id. A tool that repeats an
    earlier tool's items and scores for a query has no vote there. The order of the tools does not matter.

    Args:
        rankings: one answer a tool to the same B queries; padded places are no votes.
        k: length of the lists returned.

    Returns:
        [B, k]; the whole part of a score is the number of votes, the rest orders equal votes. No confidence.

    Raises:
        InvalidAnswerError: no ranking is given, or they answer different numbers of queries.

    Example:
        >>> import numpy as np
        >>> one = Ranking(np.array([[1, 2]]), np.array([[0.9, 0.1]]))
        >>> two = Ranking(np.array([[3, 2]]), np.array([[8.0, 5.0]]))
        >>> majority_vote([one, two], 3).items.tolist()
        [[2, 1, 3]]
    """
    lists = Lists.of(rankings)
    tools, size, width = lists.items.shape
    reciprocal = np.broadcast_to(1.0 / np.arange(1, width + 1), (tools, width))
    said = tally(lists, reciprocal)
    # An item's reciprocal ranks sum to at most its votes, so the fraction stays below 1.
    return said.top(said.votes + said.weight / (tools + 1), size, k)
