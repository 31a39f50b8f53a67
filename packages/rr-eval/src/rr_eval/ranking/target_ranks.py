"""Where the relevant items of a predictions table stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InconsistentRankError
from rr_eval.flat_lists import FlatLists, FlatRelevant
from rr_eval.metrics import Metric
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties, rank
from rr_eval.ranking.tie_groups import ranks_in_lists
from rr_eval.statistics import Statistics
from rr_eval.table_checks import row_name


@dataclass(frozen=True, slots=True, eq=False)
class TargetRanks:
    """Where the relevant items of each of N queries stand.

    Attributes:
        query_ids: [N] Arrow strings.
        ranks: [N] float64 from 1, or [M] with `offsets`; halves come from the middle of a tie group; inf where the item
            is not in the list and the table does not say how many items are ahead.
        tied: [N] bool, whether a relevant item is known to score exactly as much as another item.
        list_lengths: [N] int64, how many items the list holds.
        offsets: [N + 1] int64 where queries have any number of relevant items, see `rr_eval.ranking`; else None.
        gains: [M] float64, how relevant each is; None where all are alike.
    """

    query_ids: pa.Array
    ranks: NDArray[np.float64]
    tied: NDArray[np.bool_]
    list_lengths: NDArray[np.int64]
    offsets: NDArray[np.int64] | None = None
    gains: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.query_ids)

    @property
    def tied_share(self) -> float:
        """The share of queries with a tied relevant item; NaN without queries."""
        return float(self.tied.mean()) if len(self) else float("nan")

    def statistics(self, metric: Metric) -> Statistics:
        """Return the metric's value for each query."""
        return Statistics.of_mean(metric.values(self.ranks, self.offsets, gains=self.gains))

    def unseen(self, k: int | None) -> int:
        """Count the queries that miss an item whose list ends before place k (None: at all)."""
        missed = np.isinf(self.ranks)
        if self.offsets is not None:
            missed = np.bincount(self._owners()[missed], minlength=len(self)) > 0
        return int(np.count_nonzero(missed & (self.list_lengths < (np.inf if k is None else k))))

    def take(self, rows: NDArray[np.int64]) -> TargetRanks:
        """Return the queries at these rows, in this order."""
        ids, tied, lengths = self.query_ids.take(pa.array(rows)), self.tied[rows], self.list_lengths[rows]
        if self.offsets is None:
            return TargetRanks(ids, self.ranks[rows], tied, lengths)
        counts = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], counts)
        gains = None if self.gains is None else self.gains[places]
        return TargetRanks(ids, self.ranks[places], tied, lengths, offsets, gains)

    @classmethod
    def concat(cls, parts: Sequence[TargetRanks]) -> TargetRanks:
        """Put the queries of several tables one after the other."""
        if len(parts) == 1:
            return parts[0]
        ids = pa.concat_arrays([part.query_ids for part in parts])
        ranks = np.concatenate([part.ranks for part in parts])
        tied, lengths = (np.concatenate([getattr(part, name) for part in parts]) for name in ("tied", "list_lengths"))
        if all(part.offsets is None for part in parts):
            return cls(ids, ranks, tied, lengths)
        counts = [np.ones(len(part), np.int64) if part.offsets is None else np.diff(part.offsets) for part in parts]
        offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
        if all(part.gains is None for part in parts):
            return cls(ids, ranks, tied, lengths, offsets)
        gains = [np.ones(len(part.ranks)) if part.gains is None else part.gains for part in parts]
        return cls(ids, ranks, tied, lengths, offsets, np.concatenate(gains))

    def _owners(self) -> NDArray[np.int64]:
        return np.arange(len(self)) if self.offsets is None else np.repeat(np.arange(len(self)), np.diff(self.offsets))


def target_ranks(predictions: Predictions, *, ties: Ties = "middle") -> TargetRanks:
    """Return where the relevant items of each row stand.

    From `n_ahead` and `n_tied` where the table has them; else read off the list, with the ties inside the list. A
    table with a column `relevant` has any number of relevant items a row; their ranks are read off the list.

    Raises:
        InconsistentRankError: the two columns contradict the list of a row; the message names its query.
        InvalidArgumentError: `ties` is unknown.
    """
    if "relevant" in predictions.table.column_names:
        return _ranks_of_several(predictions, ties)
    lists = predictions.flat_lists()
    seen = _seen_in_lists(lists)
    n_ahead, n_tied = predictions.numbers("n_ahead"), predictions.numbers("n_tied")
    _check_against_lists(predictions, seen, n_ahead, n_tied)
    known = ~np.isnan(n_ahead)
    n_ahead = np.where(known, n_ahead, np.where(seen.found, seen.ahead, np.inf))
    n_tied = np.where(known, n_tied, seen.tied)
    return TargetRanks(predictions.query_ids(), rank(n_ahead, n_tied, ties=ties), n_tied > 0, lists.lengths)


def _ranks_of_several(predictions: Predictions, ties: Ties) -> TargetRanks:
    lists, relevant = predictions.flat_lists(), FlatRelevant.of(predictions.table)
    is_relevant = relevant.of_place >= 0
    ranks = np.full(relevant.offsets[-1], np.inf)
    ranks[relevant.of_place[is_relevant]] = ranks_in_lists(lists.rows, lists.scores, is_relevant, ties=ties)
    tied_place = np.zeros(len(lists.rows), dtype=bool)
    same = (lists.rows[1:] == lists.rows[:-1]) & (lists.scores[1:] == lists.scores[:-1])
    tied_place[1:] |= same
    tied_place[:-1] |= same
    tied = np.bincount(lists.rows[tied_place & is_relevant], minlength=len(predictions)) > 0
    return TargetRanks(predictions.query_ids(), ranks, tied, lists.lengths, relevant.offsets, relevant.gains)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What the lists say: [N] each; `ahead`, `tied`, `place` (from 0), `closed` mean something where `found`."""

    found: NDArray[np.bool_]
    ahead: NDArray[np.int64]
    tied: NDArray[np.int64]
    place: NDArray[np.int64]
    closed: NDArray[np.bool_]  # the list goes on below the tie group, which is therefore wholly inside
    lengths: NDArray[np.int64]


def _seen_in_lists(lists: FlatLists) -> _Seen:
    size = len(lists.lengths)
    starts = np.cumsum(lists.lengths) - lists.lengths
    at = np.flatnonzero(lists.is_target)
    found = np.zeros(size, dtype=bool)
    found[lists.rows[at]] = True
    target_score = np.full(size, np.nan)
    target_score[lists.rows[at]] = lists.scores[at]
    place = np.zeros(size, dtype=np.int64)
    place[lists.rows[at]] = at - starts[lists.rows[at]]
    of_place = target_score[lists.rows]
    ahead = np.bincount(lists.rows[lists.scores > of_place], minlength=size)
    same = np.bincount(lists.rows[lists.scores == of_place], minlength=size)
    return _Seen(found, ahead, np.maximum(same - 1, 0), place, ahead + same < lists.lengths, lists.lengths)


def _check_against_lists(
    predictions: Predictions, seen: _Seen, n_ahead: NDArray[np.float64], n_tied: NDArray[np.float64]
) -> None:
    # Scores are stored as float32: two that differed in float64 may tie in the list. So the columns' tie group
    # may be narrower than the list's, but it must lie inside it and hold the target's place.
    reach = n_ahead + n_tied
    inside = (seen.ahead <= n_ahead) & (n_ahead <= seen.place) & (seen.place <= reach)
    inside &= ~seen.closed | (reach <= seen.ahead + seen.tied)
    fits = np.where(seen.found, inside, reach >= seen.lengths)  # absent: every listed item scores as much or more
    wrong = np.flatnonzero(~np.isnan(n_ahead) & ~fits)
    if len(wrong):
        row = int(wrong[0])
        where = row_name(predictions.table, row)
        if seen.found[row]:
            says = f"{seen.ahead[row]} ahead of it and {seen.tied[row]} tied, the target in place {seen.place[row] + 1}"
        else:
            says = f"{seen.lengths[row]} items and the target not among them"
        received = f"n_ahead {n_ahead[row]:g} and n_tied {n_tied[row]:g} in {where}"
        raise InconsistentRankError("n_ahead", received, f"counts that fit its list, which has {says}")
