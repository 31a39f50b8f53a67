"""What a set of ranked lists says of each item: the common ground of votes and fusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.types import FloatArray, IntArray, Ranking

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """T ranked lists for each of B queries, padded places and repeated tools marked.

    Attributes:
        items: [T, B, k] item ids.
        scores: [T, B, k] float64.
        counted: [T, B, k] whether the place holds an item that counts: no padding, and not in the list of a tool that
            repeats an earlier one's items and scores for this query.
    """

    items: IntArray
    scores: FloatArray
    counted: BoolArray

    @classmethod
    def of(cls, rankings: Sequence[RankingLike]) -> Lists:
        """Stack the tools' answers; shorter lists are padded to the longest.

        Raises:
            InvalidAnswerError: no ranking is given, or they answer different numbers of queries.
        """
        if not rankings:
            raise InvalidAnswerError("rankings", "none", "at least one ranking")
        sizes = {len(ranking.items) for ranking in rankings}
        if len(sizes) > 1:
            raise InvalidAnswerError("rankings", f"answers to {sorted(sizes)} queries", "answers to the same queries")
        width = max(ranking.items.shape[1] for ranking in rankings)
        items = np.stack([_widen(np.asarray(ranking.items, dtype=np.int64), width, 0) for ranking in rankings])
        scores = np.stack([_widen(np.asarray(one.scores, dtype=np.float64), width, -np.inf) for one in rankings])
        counted = ~np.isneginf(scores)
        for later in range(1, len(rankings)):
            same = (scores[:later] == scores[later]) & ((items[:later] == items[later]) | ~counted[later])
            counted[later] &= ~same.all(2).any(0)[:, None]
        return cls(items, scores, counted)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """One entry an item that some list of a query holds, M entries in all.

    Attributes:
        rows: [M] the query.
        items: [M] the item id.
        votes: [M] how many lists hold it.
        weight: [M] sum over these lists of the weight of its rank there.
        best_rank: [M] its best rank, from 1.
    """

    rows: IntArray
    items: IntArray
    votes: IntArray
    weight: FloatArray
    best_rank: IntArray

    def top(self, scores: FloatArray, size: int, k: int) -> Ranking:
        """Rank the items of each of `size` queries by score, then best rank, then item id."""
        order = np.lexsort((self.items, self.best_rank, -scores, self.rows))
        rows = self.rows[order]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        keep = place < k
        items, best = np.zeros((size, k), dtype=np.int64), np.full((size, k), -np.inf)
        items[rows[keep], place[keep]] = self.items[order][keep]
        best[rows[keep], place[keep]] = scores[order][keep]
        return Ranking(items, best)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Every counted place of T lists for B queries, sorted by query and item: E entries of M items.

    Attributes:
        tools: [E] the tool.
        rows: [E] the query.
        places: [E] the place in the list, from 0.
        items: [E] the item id.
        first: [M] the first entry of each item of a query.
    """

    tools: IntArray
    rows: IntArray
    places: IntArray
    items: IntArray
    first: IntArray

    @classmethod
    def of(cls, lists: Lists) -> Entries:
        """Sort the counted places."""
        tools, rows, places = np.nonzero(lists.counted)
        items = lists.items[tools, rows, places]
        order = np.lexsort((items, rows))
        tools, rows, places, items = tools[order], rows[order], places[order], items[order]
        new = np.ones(len(rows), dtype=np.bool_)
        new[1:] = (rows[1:] != rows[:-1]) | (items[1:] != items[:-1])
        return cls(tools, rows, places, items, np.flatnonzero(new))

    @property
    def group(self) -> IntArray:
        """[E] which of the M items each entry is of."""
        return np.repeat(np.arange(len(self.first)), np.diff(np.r_[self.first, len(self.rows)]))

    def within(self, depth: int) -> Entries:
        """Return the entries of the items that some list of the query holds among its first `depth` places."""
        if len(self.first) == 0:
            return self
        kept = np.minimum.reduceat(self.places, self.first) < depth
        sizes = np.diff(np.r_[self.first, len(self.rows)])[kept]
        there = kept[self.group]
        columns = (self.tools[there], self.rows[there], self.places[there], self.items[there])
        return Entries(*columns, np.cumsum(sizes) - sizes)

    def tally(self, rank_weight: FloatArray) -> Tally:
        """Sum over the lists, for each query and item; `rank_weight` [T, k] is what a place of a tool's list adds."""
        first = self.first
        if len(first) == 0:
            return Tally(self.rows, self.items, self.rows, np.empty(0), self.rows)
        # Rounded, because the order in which floats are added must not break ties between items.
        total = np.round(np.add.reduceat(rank_weight[self.tools, self.places], first), 12)
        votes = np.diff(np.r_[first, len(self.rows)])
        best = np.minimum.reduceat(self.places, first) + 1
        return Tally(self.rows[first], self.items[first], votes, total, best)


def tally(lists: Lists, rank_weight: FloatArray) -> Tally:
    """Sum over the lists, for each query and item.

    Args:
        lists: T lists for B queries.
        rank_weight: [T, k] what rank r of tool t adds to an item's weight.
    """
    return Entries.of(lists).tally(rank_weight)


def _widen(table: NDArray[Any], width: int, fill: float) -> NDArray[Any]:
    return np.pad(table, ((0, 0), (0, width - table.shape[1])), constant_values=fill)
