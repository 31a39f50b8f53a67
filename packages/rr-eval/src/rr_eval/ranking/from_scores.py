"""Ranks from the scores of candidates, ties included."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.ranking.rank import Ties, rank
from rr_eval.ranking.tie_groups import ranks_in_lists

_BLOCK = 1 << 18  # scores that are looked at in one go: they stay in the processor's cache


class RelevantRanks(NamedTuple):
    """Where relevant items stand, as `rr_eval.ranking` describes it: `ndcg(*found, k=10)`."""

    ranks: NDArray[np.float64]
    offsets: NDArray[np.int64]


def ranks_of_targets(scores: ArrayLike, targets: ArrayLike, *, ties: Ties = "middle") -> NDArray[np.float64]:
    """Return the rank [N] of each query's one relevant candidate.

    Args:
        scores: [N, I] of the candidates; -inf for a place without one.
        targets: [N] the column of the relevant candidate; its rank is inf where its score is -inf.
        ties: where in its tie group a target stands, see `rr_eval.ranking.rank`.

    Raises:
        InvalidArgumentError: another shape, a column outside [0, I), a score that is NaN, or `ties` is unknown.

    Example:
        >>> ranks_of_targets([[0.3, 0.9, 0.1], [0.5, 0.5, 0.1]], [0, 1]).tolist()
        [2.0, 1.5]
    """
    table, columns = _check_scores(scores), np.asarray(targets)
    if columns.shape != table.shape[:1] or columns.dtype.kind not in "iu":
        raise InvalidArgumentError("targets", f"{columns.dtype} of shape {columns.shape}", "whole numbers, shape [N]")
    if len(columns) and not (columns.min() >= 0 and columns.max() < table.shape[1]):
        received = f"columns {columns.min()} to {columns.max()}"
        raise InvalidArgumentError("targets", received, f"columns in [0, {table.shape[1]})")
    own = table[np.arange(len(table)), columns][:, None]
    ahead, same = np.empty(len(table)), np.empty(len(table))
    step = max(1, _BLOCK // max(1, table.shape[1]))
    for start in range(0, len(table), step):
        rows = slice(start, start + step)
        ahead[rows] = np.count_nonzero(table[rows] > own[rows], axis=1)
        same[rows] = np.count_nonzero(table[rows] == own[rows], axis=1)
    return np.where(np.isneginf(own[:, 0]), np.inf, rank(ahead, same - 1, ties=ties))


def ranks_of_relevant(scores: ArrayLike, relevant: ArrayLike, *, ties: Ties = "middle") -> RelevantRanks:
    """Return the ranks of each query's relevant candidates, any number of them.

    Args:
        scores: [N, I] of the candidates; -inf for a place without one.
        relevant: [N, I] booleans, or 0 and 1; the rank of a relevant candidate with score -inf is inf.
        ties: where in their tie group relevant candidates stand, see `rr_eval.ranking.tie_groups`.

    Raises:
        InvalidArgumentError: another shape, a score that is NaN, or `ties` is unknown.

    Example:
        >>> found = ranks_of_relevant([[0.3, 0.9, 0.1], [0.5, 0.5, 0.1]], [[1, 0, 1], [0, 0, 0]])
        >>> found.ranks.tolist(), found.offsets.tolist()
        ([2.0, 3.0], [0, 2, 2])
    """
    table, wanted = _check_scores(scores), np.asarray(relevant)
    if wanted.shape != table.shape or not np.isin(wanted, (0, 1)).all():
        raise InvalidArgumentError("relevant", f"shape {wanted.shape}", f"shape {table.shape}, booleans or 0 and 1")
    order = np.argsort(-table, axis=1, kind="stable")
    table, wanted = np.take_along_axis(table, order, axis=1), np.take_along_axis(wanted.astype(bool), order, axis=1)
    queries = np.repeat(np.arange(len(table)), table.shape[1]).reshape(table.shape)
    found = ranks_in_lists(queries.ravel(), table.ravel(), wanted.ravel(), ties=ties)
    found[np.isneginf(table[wanted])] = np.inf
    return RelevantRanks(found, np.concatenate([[0], np.cumsum(wanted.sum(axis=1))]))


def _check_scores(scores: ArrayLike) -> NDArray[np.floating[Any]]:
    table = np.asarray(scores)
    if table.dtype.kind != "f":
        table = table.astype(np.float64)
    if table.ndim != 2:
        raise InvalidArgumentError("scores", f"shape {table.shape}", "shape [N, I]")
    if np.isnan(table.min(initial=np.inf)):
        raise InvalidArgumentError("scores", "NaN", "numbers, or -inf where there is no candidate")
    return table
