"""What part of the catalogue each system recommends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError, InvalidPredictionsError
from rr_eval.predictions import Predictions
from rr_eval.ranking.coverage import coverage
from rr_eval.ranking.gini import gini
from rr_eval.ranking.novelty import novelty
from rr_eval.ranking.popularity_bias import average_popularity, popularity_bias
from rr_eval.side_table import SideTable
from rr_eval.table_checks import list_column


@dataclass(frozen=True, slots=True)
class CatalogueUse:
    """One system's lists down to place k against the catalogue; no interval, as these are no means over queries.

    Attributes:
        coverage: share of the catalogue recommended at all.
        gini: how unequally, from 0 to 1.
        popularity: average training interactions of what is recommended.
        popularity_bias: the same over that of what was taken; above 1, popular items get more than their share.
        novelty: mean self-information in bits; the users of `novelty` are here the interactions of the most popular
            item, which moves all systems by the same constant.
    """

    coverage: float
    gini: float
    popularity: float
    popularity_bias: float
    novelty: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, ready for JSON."""
        return asdict(self)


def catalogue_use(
    predictions: Predictions | Iterable[Predictions], items: SideTable, *, k: int, task: str | None = None
) -> dict[str, CatalogueUse]:
    """Return what part of the catalogue each system recommends.

    Args:
        predictions: the table, or tables one after the other.
        items: the whole catalogue, with a column `count`: training interactions.
        k: places of a list that count.
        task: which task, None for all rows.

    Raises:
        InvalidArgumentError: k is below 1, or the items have no column `count`.
        InvalidPredictionsError: an item that is recommended is not in the catalogue.
    """
    if k < 1:
        raise InvalidArgumentError("k", k, "1 or more")
    if items.subject != "item" or "count" not in items.columns.column_names:
        raise InvalidArgumentError("items", "a table without a column 'count'", "training interactions of each item")
    shown: dict[str, NDArray[np.int64]] = {}
    for piece in [predictions] if isinstance(predictions, Predictions) else predictions:
        rows = piece if task is None or task not in piece.tasks else piece.of_task(task)
        for system, own in rows.by_system():
            shown[system] = shown.get(system, np.zeros(len(items.ids), np.int64)) + _exposure(own, items, k)
    counts = items.columns["count"].to_numpy().astype(np.float64)
    return {system: _use(exposed, counts) for system, exposed in shown.items()}


def _exposure(rows: Predictions, items: SideTable, k: int) -> NDArray[np.int64]:
    offsets, listed = list_column(rows.table, "items")
    place = np.arange(len(listed)) - np.repeat(offsets[:-1], np.diff(offsets))
    first = listed.filter(place < k)
    codes = pc.index_in(first, value_set=items.ids)
    if codes.null_count:
        unknown = first[pc.index(codes.is_null(), True).as_py()].as_py()
        raise InvalidPredictionsError("items", f"item {unknown!r}", "items of the catalogue")
    return np.bincount(codes.to_numpy(zero_copy_only=False), minlength=len(items.ids))


def _use(exposed: NDArray[np.int64], counts: NDArray[np.float64]) -> CatalogueUse:
    most = max(1, int(counts.max()))
    bias = popularity_bias(exposed, counts) if counts.any() else float("nan")
    return CatalogueUse(
        coverage(exposed), gini(exposed), average_popularity(exposed, counts), bias,
        novelty(exposed, counts, n_users=most),
    )  # fmt: skip
