"""Learned fusion: which of the items that the tools name is the right one, learned from past outcomes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.aggregation.candidates import Candidates, Columns
from rr_planner.calibration.isotonic import Isotonic
from rr_planner.errors import InvalidPolicyError
from rr_planner.json_file import read_learned, write_learned
from rr_planner.policies.policy import content_hash
from rr_planner.policies.settings import reject_unknown
from rr_planner.protocols import RankingLike
from rr_planner.trees import Trees
from rr_planner.types import FloatArray, QueryBatch, Ranking

KIND = "rr-planner-fusion"
SURE_OF = 5  # a confidence is the probability that the right item is among so many
_SETTINGS = ("tools", "query_features", "item_features", "depth", "reach", "trees", "confidence")


@dataclass(frozen=True, slots=True, eq=False)
class LearnedFusion:
    """Ranks the union of the tools' lists by boosted trees over what the tools say of each item.

    `fit_fusion` fits one. A tool that repeats another one's items and scores has no weight; a tool without an answer
    may be left out. Applied with NumPy alone.

    Args:
        columns: what the trees look at.
        depth: how many items of each tool are candidates.
        reach: how far down its list a tool's word on another one's candidate is read, at least `depth`.
        trees: over the columns.
        confidence: maps the share of the first five items' weight, exp(score), to the probability that the right item
            is among them; None gives no confidence.
        catalogue: [n_items] numbers by name, one for each of `columns.item_features`.

    Raises:
        InvalidPolicyError: the trees look at other columns, a column of the catalogue is missing, is no row of numbers
            or is not asked for, the depth is below 1, or the reach below the depth.
    """

    columns: Columns
    depth: int
    reach: int
    trees: Trees
    confidence: Isotonic | None = None
    catalogue: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Check that all fits together."""
        if self.trees.features != self.columns.names:
            raise InvalidPolicyError("trees.features", f"{self.trees.features}", f"{self.columns.names}")
        if self.depth < 1:
            raise InvalidPolicyError("depth", f"{self.depth}", "at least 1")
        if self.reach < self.depth:
            raise InvalidPolicyError("reach", f"{self.reach}", f"at least the depth, {self.depth}")
        object.__setattr__(self, "catalogue", read_catalogue(self.catalogue, self.columns.item_features))

    def fuse(self, rankings: Mapping[str, RankingLike], queries: QueryBatch, k: int) -> Ranking:
        """Rank the k best candidates of each query.

        Args:
            rankings: by name the tools' answers to the B queries, at least one; what stands beyond `reach` is not read.
            queries: the queries.
            k: length of the lists returned.

        Returns:
            [B, k]; equal scores are ordered by the best rank, then the item id.

        Raises:
            InvalidAnswerError: no answer, one of a tool that the fusion does not know, or answers that do not fit.
            InvalidQueryError: the queries lack a feature that the fusion was fitted with.
        """
        cut = {name: cut_at(ranking, self.reach) for name, ranking in rankings.items()}
        candidates = Candidates.of(cut, queries, self.columns, self.catalogue, depth=self.depth)
        scores = self.trees(candidates.table)
        ranking = candidates.said.top(scores, len(queries), k)
        if self.confidence is None:
            return ranking
        return Ranking(
            ranking.items, ranking.scores, self.confidence(weight_of_first(candidates, scores, len(queries)))
        )

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits over everything but the catalogue."""
        return content_hash(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the catalogue as JSON values."""
        return {
            "tools": list(self.columns.tools),
            "query_features": list(self.columns.query_features),
            "item_features": list(self.columns.item_features),
            "depth": self.depth,
            "reach": self.reach,
            "trees": self.trees.to_dict(),
            "confidence": None if self.confidence is None else self.confidence.to_dict(),
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any], *, catalogue: Mapping[str, ArrayLike] | None = None) -> Self:
        """Read `to_dict` back; the columns of the catalogue come from the caller.

        Raises:
            InvalidPolicyError: a key is unknown or missing, or the parts do not fit together.
        """
        reject_unknown(settings, _SETTINGS)
        if missing := [name for name in _SETTINGS if name not in settings]:
            raise InvalidPolicyError("settings", f"no {missing[0]!r}", f"{', '.join(_SETTINGS)}")
        names = (tuple(settings[name]) for name in ("tools", "query_features", "item_features"))
        sure = settings["confidence"]
        return cls(
            columns=Columns(*names),
            depth=settings["depth"],
            reach=settings["reach"],
            trees=Trees.from_dict(settings["trees"]),
            confidence=None if sure is None else Isotonic.from_dict(sure),
            catalogue={name: np.asarray(values) for name, values in (catalogue or {}).items()},
        )

    def save(self, path: str | os.PathLike[str], *, calibration: Mapping[str, Any] | None = None) -> None:
        """Write it as JSON, with the figures of its fit if given; the catalogue is not part of it.

        Raises:
            OSError: the file cannot be written; an older one stays as it was.
        """
        write_learned(path, self, kind=KIND, calibration=calibration)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, catalogue: Mapping[str, ArrayLike] | None = None) -> Self:
        """Read what `save` wrote.

        Raises:
            InvalidPolicyError: the file is missing or no JSON, of another kind or version, was edited, or does not fit
                the catalogue. The message starts with the path.
        """
        return read_learned(
            path, lambda settings: cls.from_dict(settings, catalogue=catalogue), kind=KIND, holds="a fusion"
        )


def weight_of_first(candidates: Candidates, scores: FloatArray, size: int) -> FloatArray:
    """Return [size] the share of the first five candidates in the sum of exp(score); 0 without a candidate."""
    rows = candidates.said.rows
    best = candidates.said.top(scores, size, SURE_OF).scores
    weights = np.exp(scores - best[rows, 0])
    first = np.where(np.isneginf(best), 0.0, np.exp(best - np.where(np.isneginf(best[:, :1]), 0.0, best[:, :1])))
    total = np.bincount(rows, weights, minlength=size)
    return np.asarray(np.clip(first.sum(1) / np.maximum(total, 1.0), 0.0, 1.0))


def cut_at(ranking: RankingLike, depth: int) -> RankingLike:
    """Return the first places of a ranking."""
    if ranking.items.shape[1] <= depth:
        return ranking
    return Ranking(ranking.items[:, :depth], np.asarray(ranking.scores[:, :depth]), ranking.confidence)


def read_catalogue(catalogue: Mapping[str, ArrayLike], names: tuple[str, ...]) -> Mapping[str, FloatArray]:
    """Return the columns of a catalogue as float64.

    Raises:
        InvalidPolicyError: a column is missing, not among `names`, or no row of numbers.
    """
    reject_unknown(catalogue, names, prefix="catalogue.")
    columns = {}
    for name in names:
        values = np.asarray(catalogue[name]) if name in catalogue else np.empty((0, 0))
        if values.ndim != 1 or values.dtype.kind not in "biuf":
            received = f"dtype {values.dtype}, shape {values.shape}" if name in catalogue else "nothing"
            raise InvalidPolicyError(f"catalogue.{name}", received, "numbers, one an item")
        columns[name] = values.astype(np.float64)
    return MappingProxyType(columns)
