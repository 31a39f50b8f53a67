"""The items that some tool names early for a query, and all that is known of them, as a table to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_planner.aggregation.agreement import agreement_of
from rr_planner.aggregation.tally import Entries, Lists, Tally
from rr_planner.errors import InvalidAnswerError
from rr_planner.policies.signal_table import numeric_feature
from rr_planner.protocols import RankingLike
from rr_planner.types import FloatArray, IntArray, QueryBatch

_SMOOTHING = 60.0  # of the reciprocal ranks, as in reciprocal-rank fusion
_OF_A_TOOL = ("score", "below_best", "rank")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table of candidates holds; the order is fixed by the names.

    Attributes:
        tools: T names.
        query_features: names of features of the queries.
        item_features: names of columns of the catalogue, such as `log_popularity`.
    """

    tools: tuple[str, ...]
    query_features: tuple[str, ...] = ()
    item_features: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """F names, of the columns of `Candidates.table`."""
        return (
            *(f"{tool}.{column}" for tool in self.tools for column in _OF_A_TOOL),
            *("votes", "reciprocal_ranks", "best_rank"),
            *(f"{tool}.confidence" for tool in self.tools),
            *("agreement", "evidence_horizon", "history_length"),
            *(f"query.{name}" for name in self.query_features),
            *(f"item.{name}" for name in self.item_features),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The union of the tools' lists for B queries, M candidates in all, sorted by query and item.

    Attributes:
        said: which item of which query each candidate is, and how many tools name it.
        table: [M, F] float64. NaN stands where a tool does not name the item, has no confidence or was not asked. A
            tool that repeats an earlier one's items and scores says nothing: a copy has no weight.
    """

    said: Tally
    table: FloatArray

    @classmethod
    def of(
        cls,
        rankings: Mapping[str, RankingLike],
        queries: QueryBatch,
        columns: Columns,
        catalogue: Mapping[str, FloatArray],
        *,
        depth: int,
    ) -> Candidates:
        """Lay out what is known.

        Args:
            rankings: the tools' answers to the B queries; tools may be missing.
            queries: the queries.
            columns: what to lay out.
            catalogue: [n_items] numbers by name; of an item beyond them nothing is known.
            depth: how many items of each tool are candidates; longer lists are read for what they say of these.

        Raises:
            InvalidAnswerError: no answer, one of an unknown tool, or to another number of queries.
            InvalidQueryError: the queries lack a feature, or it is no number.
        """
        if strangers := [name for name in rankings if name not in columns.tools]:
            raise InvalidAnswerError("rankings", f"an answer of {strangers[0]!r}", f"of {', '.join(columns.tools)}")
        present = [name for name in columns.tools if name in rankings]
        lists = Lists.of([rankings[name] for name in present])
        if lists.items.shape[1] != len(queries):
            raise InvalidAnswerError("rankings", f"{lists.items.shape[1]} answers", f"one to each of {len(queries)}")
        entries = Entries.of(lists)
        tools, _, width = lists.items.shape
        named = entries.within(depth)
        said = named.tally(np.tile(1.0 / (_SMOOTHING + np.arange(1, width + 1)), (tools, 1)))
        places = [columns.tools.index(name) for name in present]
        confidence = _confidence([rankings[name] for name in present], lists, places, len(columns.tools))
        lengths = np.array([len(history) for history in queries.histories], dtype=np.float64)
        features = [numeric_feature(queries.features, name) for name in columns.query_features]
        of_query = [agreement_of(lists, entries), queries.evidence_horizon, lengths, *features]
        return cls(
            said,
            np.concatenate(
                [
                    _tool_cells(lists, named, np.array(places), len(columns.tools)),
                    np.stack([said.votes, said.weight, said.best_rank], axis=1),
                    confidence[said.rows],
                    np.stack(of_query, axis=1)[said.rows],
                    *(_item_cells(said, catalogue[name]) for name in columns.item_features),
                ],
                axis=1,
            ),
        )

    def take(self, queries: NDArray[np.bool_]) -> Candidates:
        """Return the candidates of the queries where `queries` [B] holds, numbered anew."""
        kept = queries[self.said.rows]
        number = np.cumsum(queries) - 1
        said = self.said
        return Candidates(
            Tally(number[said.rows[kept]], said.items[kept], said.votes[kept], said.weight[kept], said.best_rank[kept]),
            self.table[kept],
        )


def _tool_cells(lists: Lists, entries: Entries, places: IntArray, count: int) -> FloatArray:
    """[M, 3 * count] score, distance to the tool's best score, and rank."""
    cells = np.full((len(entries.first), len(_OF_A_TOOL) * count), np.nan)
    scores = lists.scores[entries.tools, entries.rows, entries.places]
    best = np.where(lists.counted, lists.scores, -np.inf).max(2, initial=-np.inf)[entries.tools, entries.rows]
    group, column = entries.group, len(_OF_A_TOOL) * places[entries.tools]
    cells[group, column], cells[group, column + 1], cells[group, column + 2] = scores, best - scores, entries.places + 1
    return cells


def _confidence(rankings: Sequence[RankingLike], lists: Lists, places: Sequence[int], count: int) -> FloatArray:
    """[B, count] of the tools that count in a query."""
    known = np.full((lists.items.shape[1], count), np.nan)
    for ranking, counted, place in zip(rankings, lists.counted, places, strict=True):
        if ranking.confidence is not None:
            known[:, place] = np.where(counted.any(1), ranking.confidence, np.nan)
    return known


def _item_cells(said: Tally, values: FloatArray) -> FloatArray:
    known = (said.items >= 0) & (said.items < len(values))
    cells = np.full((len(said.items), 1), np.nan)
    cells[known, 0] = values[said.items[known]]
    return cells
