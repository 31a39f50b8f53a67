"""Fit a learned fusion on honest outcomes: answers of tools that never saw the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.aggregation.candidates import Candidates, Columns
from rr_planner.aggregation.learned_fusion import (
    SURE_OF,
    LearnedFusion,
    cut_at,
    read_catalogue,
    weight_of_first,
)
from rr_planner.calibration.boosting import Boosting, Rows, boost, held_out_users
from rr_planner.calibration.bootstrap import Interval, mean_interval
from rr_planner.calibration.isotonic import Isotonic
from rr_planner.errors import CalibrationError
from rr_planner.protocols import RankingLike
from rr_planner.types import IntArray, QueryBatch

MINIMUM_FOUND = 50  # queries whose target some tool names
MANY_FOUND = 2000
CAREFUL = Boosting(rounds=400, leaves=4, learning_rate=0.02, rows_per_leaf=200, patience=100)
"""Of fewer queries than `MANY_FOUND` the defaults of `Boosting` learn the noise."""
_HELD_OUT = 0.25


@dataclass(frozen=True, slots=True)
class FusionFit:
    """A fusion with the figures to expect of it, measured on a quarter of the users that it was not fitted on.

    Attributes:
        fusion: fitted on all queries, with as many trees as did best on the held-out users.
        trees: how many.
        hit_rate: share of held-out queries whose target is among the first five.
        tools: the same of each tool alone.
        gain: over the tool that is best on the queries fitted on, per held-out query.
        found: share of all queries whose target some tool names, the bound of any fusion.
        n: number of queries.
        held_out: number of those that were held out.
    """

    fusion: LearnedFusion
    trees: int
    hit_rate: Interval
    tools: Mapping[str, float]
    gain: Interval
    found: float
    n: int
    held_out: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        names = ("trees", "found", "n", "held_out")
        intervals = {name: getattr(self, name)._asdict() for name in ("hit_rate", "gain")}
        return {**intervals, "tools": dict(self.tools), **{name: getattr(self, name) for name in names}}


def fit_fusion(
    rankings: Mapping[str, RankingLike],
    queries: QueryBatch,
    targets: ArrayLike,
    *,
    catalogue: Mapping[str, ArrayLike] | None = None,
    query_features: tuple[str, ...] = (),
    depth: int = 60,
    reach: int = 300,
    options: Boosting | None = None,
    seed: int = 0,
) -> FusionFit:
    """Learn which of the items that the tools name is the right one.

    A tool that was trained on a target ranks it far too well: the fusion would learn to trust it blindly. Answers must
    come from tools that never saw the targets, such as those of the validation items of tools trained without them.

    Args:
        rankings: by name the tools' answers to the B queries, best first; at least one.
        queries: the queries; those of one user are all fitted on or all held out.
        targets: [B] the relevant item of each.
        catalogue: [n_items] numbers by name, what is known of the items besides, such as `log_popularity`.
        query_features: names of features of the queries to look at.
        depth: how many items of each tool are candidates.
        reach: how far down its list a tool's word on another one's candidate is read; `depth` where that is more. It is
            worth while to give lists that long.
        options: of the boosting; None takes small, slow trees where the targets of fewer than 2,000 queries are named,
            else the defaults.
        seed: of everything that is drawn.

    Raises:
        CalibrationError: targets that do not fit, or fewer than 50 queries on either side whose target some tool names.
        InvalidAnswerError: no ranking, or rankings that do not fit the queries.
        InvalidPolicyError: a column of the catalogue is no row of numbers.
        MissingExtraError: LightGBM is not installed.
    """
    columns = Columns(tuple(sorted(rankings)), query_features, tuple(catalogue or {}))
    items = read_catalogue(catalogue or {}, columns.item_features)
    truth = _targets(targets, len(queries))
    reach = max(depth, reach)
    cut = {name: cut_at(ranking, reach) for name, ranking in rankings.items()}
    candidates = Candidates.of(cut, queries, columns, items, depth=depth)
    right = candidates.said.items == truth[candidates.said.rows]
    found = np.zeros(len(queries), dtype=np.bool_)
    found[candidates.said.rows[right]] = True
    held_out = held_out_users(queries.users, _HELD_OUT, seed)
    for side, name in ((held_out, "held-out queries"), (~held_out, "queries to fit on")):
        if (side & found).sum() < MINIMUM_FOUND:
            received = f"{(side & found).sum()} {name} whose target some tool names"
            raise CalibrationError("targets", received, f"at least {MINIMUM_FOUND}")
    options = options or (Boosting() if found.sum() >= MANY_FOUND else CAREFUL)
    names = columns.names
    every = _rows(candidates, right, found)
    fitted_on, watched = _rows(candidates, right, found & ~held_out), _rows(candidates, right, found & held_out)
    trees, count = boost(names, fitted_on, options=options, held_out=watched, seed=seed)
    trial = LearnedFusion(columns, depth, reach, trees, catalogue=items)
    out = np.flatnonzero(held_out)
    own, sure = _hits_and_weight(trial, candidates, held_out, truth)
    alone = {name: _hits(ranking, truth) for name, ranking in cut.items()}
    best = max(alone, key=lambda name: float(alone[name][~held_out].mean()))
    final = boost(names, every, options=replace(options, rounds=count), seed=seed)[0]
    return FusionFit(
        fusion=LearnedFusion(columns, depth, reach, final, Isotonic.fit(sure, own), items),
        trees=count,
        hit_rate=mean_interval(own, seed=seed),
        tools={name: float(hits[out].mean()) for name, hits in alone.items()},
        gain=mean_interval(own - alone[best][out], seed=seed),
        found=float(found.mean()),
        n=len(queries),
        held_out=len(out),
    )


def _rows(candidates: Candidates, right: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Rows:
    """The candidates of some queries; those without the target among them teach nothing."""
    kept = wanted[candidates.said.rows]
    groups = np.bincount(candidates.said.rows[kept], minlength=len(wanted))
    return Rows(candidates.table[kept], right[kept].astype(np.float64), groups[groups > 0])


def _hits_and_weight(
    fusion: LearnedFusion, candidates: Candidates, wanted: NDArray[np.bool_], truth: IntArray
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whether the target is among the first five, and their weight, for the wanted queries."""
    some = candidates.take(wanted)
    scores, size = fusion.trees(some.table), int(wanted.sum())
    return _hits(some.said.top(scores, size, SURE_OF), truth[wanted]), weight_of_first(some, scores, size)


def _hits(ranking: RankingLike, truth: IntArray) -> NDArray[np.float64]:
    first = np.asarray(ranking.items)[:, :SURE_OF] == truth[:, None]
    hits = (first & ~np.isneginf(np.asarray(ranking.scores)[:, :SURE_OF])).any(1)
    return np.asarray(hits, dtype=np.float64)


def _targets(values: ArrayLike, size: int) -> IntArray:
    array = np.asarray(values)
    if array.shape != (size,) or array.dtype.kind not in "iu":
        raise CalibrationError("targets", f"dtype {array.dtype}, shape {array.shape}", f"item ids of shape ({size},)")
    return array.astype(np.int64)
