"""The rank of the relevant item: every ranking metric is a function of it.

There is one relevant item a query. The items that score exactly as much as the target form its tie group. Where in the
group it lands is chance, so by default it takes the middle: counting only strictly greater scores as ahead
("optimistic") would make a champion of a model that scores everything zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InconsistentRankError, InvalidArgumentError
from rr_eval.predictions import FlatLists, Predictions
from rr_eval.table_checks import row_name

Ties = Literal["middle", "optimistic", "pessimistic"]
_TIED_SHARE_AHEAD = {"middle": 0.5, "optimistic": 0.0, "pessimistic": 1.0}


@dataclass(frozen=True, slots=True, eq=False)
class TargetRanks:
    """Where the target of each of N queries stands.

    Attributes:
        query_ids: [N] strings.
        ranks: [N] float64 from 1; halves come from the middle of a tie group; inf where the target is not in the
            list and the table does not say how many items are ahead.
        tied: [N] bool, whether another item is known to score exactly as much.
        list_lengths: [N] int64, how many items the list holds.
    """

    query_ids: NDArray[np.object_]
    ranks: NDArray[np.float64]
    tied: NDArray[np.bool_]
    list_lengths: NDArray[np.int64]

    def __len__(self) -> int:
        """Return N."""
        return len(self.ranks)

    @property
    def tied_share(self) -> float:
        """The share of queries whose target is tied; NaN without queries."""
        return float(self.tied.mean()) if len(self) else float("nan")


def rank(n_ahead: ArrayLike, n_tied: ArrayLike, *, ties: Ties = "middle") -> NDArray[np.float64]:
    """Return ranks [N] from how many items score above the target and how many others score the same.

    Args:
        n_ahead: [N] counts; NaN or inf pass through.
        n_tied: [N] counts, the target itself not among them.
        ties: `middle` of the tie group (n_ahead + 1 + n_tied / 2), `optimistic` (its first place) or `pessimistic`.

    Raises:
        InvalidArgumentError: `ties` is none of the three.

    Example:
        >>> rank([0, 3], [0, 2]).tolist(), rank([3], [2], ties="pessimistic").tolist()
        ([1.0, 5.0], [6.0])
    """
    if ties not in _TIED_SHARE_AHEAD:
        raise InvalidArgumentError("ties", repr(ties), f"one of {', '.join(get_args(Ties))}")
    return np.asarray(n_ahead, np.float64) + 1 + _TIED_SHARE_AHEAD[ties] * np.asarray(n_tied, np.float64)


def target_ranks(predictions: Predictions, *, ties: Ties = "middle") -> TargetRanks:
    """Return where the target of each row stands.

    From `n_ahead` and `n_tied` where the table has them; else read off the list, with the ties inside the list.

    Raises:
        InconsistentRankError: the two columns contradict the list of a row; the message names its query.
        InvalidArgumentError: `ties` is unknown.
    """
    lists = predictions.flat_lists()
    seen = _seen_in_lists(lists)
    n_ahead, n_tied = predictions.numbers("n_ahead"), predictions.numbers("n_tied")
    _check_against_lists(predictions, seen, n_ahead, n_tied)
    known = ~np.isnan(n_ahead)
    n_ahead = np.where(known, n_ahead, np.where(seen.found, seen.ahead, np.inf))
    n_tied = np.where(known, n_tied, seen.tied)
    return TargetRanks(predictions.strings("query_id"), rank(n_ahead, n_tied, ties=ties), n_tied > 0, lists.lengths)


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
