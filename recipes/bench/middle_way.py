"""Between the tools' fusion and a reasoner that reads them: the fusion with its own list, see `FusedReasoner`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recipes.bench.fused_answers import FUSED, fitted, fuse
from recipes.bench.tool_answers import Asked, codes, list_ranks
from rr_data.interfaces import PreparedDataset
from rr_eval import hit_rate
from rr_planner import CalibrationError, OutcomeTable, Ranking

OWN = "own"
DEPTH = 100
"""How long the two lists are."""
FOLDS = 3


def middle_way(table: OutcomeTable, asked: Asked, data: PreparedDataset, seed: int) -> OutcomeTable | None:
    """Put the fusion of both lists in the place of the reasoner alone.

    The half of the users that policies are fitted on is answered by fusions of two thirds of it, the others; the other
    half by a fusion of all of it.

    Args:
        table: outcomes of N queries.
        asked: the same queries with the two lists.
        data: the dataset.
        seed: parts the users.

    Returns:
        The outcomes; None where too few queries are left to fit a fusion on.
    """
    half = table.folds(2, seed)
    fold = np.where(half == 0, table.folds(2 * FOLDS, seed) // 2, FOLDS)
    hits, sure = np.empty(len(table)), np.empty(len(table))
    for part in range(FOLDS + 1):
        rows, others = np.flatnonzero(fold == part), np.flatnonzero((half == 0) & (fold != part))
        try:
            fused = fuse(fitted(asked.take(others), data), asked.take(rows), k=DEPTH)
        except CalibrationError:
            return None
        hits[rows] = hit_rate(list_ranks(codes(fused), asked.examples.targets[rows]), k=5)
        sure[rows] = fused.confidence
    return replace(table, reasoner=hits, signals=replace(table.signals, reasoner_confidence=sure))


def both_lists(asked: Asked, fused: Ranking, own: Ranking) -> Asked:
    """Leave of the answers the fusion's and the reasoner's own."""
    return replace(asked, answers={FUSED: fused, OWN: own})
