"""What a person checks first about a prepared dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.describing.group_summary import ColdStartGroup, summarize_groups
from rr_data.describing.histogram import Histogram, log_histogram, time_histogram, value_histogram
from rr_data.describing.horizon_distribution import HorizonDistribution, horizon_distributions, horizon_shares
from rr_data.describing.item_sample import ItemExample, example_items
from rr_data.prepared import PreparedDataset
from rr_data.splits.parts import CONTEXT, PARTS

__all__ = ["QUANTILES", "Description", "describe", "horizon_shares"]

QUANTILES: Final = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)
_REASONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Counts, sparsity and distributions. Whatever a dataset does not have is None.

    Attributes:
        name: the dataset's name.
        counts: the manifest's counts.
        split: name of the split in force.
        parts: interactions by part; `context` only where the split has it.
        sparsity: share of user-item pairs without interaction.
        lengths: interactions of a user, at `QUANTILES`.
        popularity: interactions of an item, at `QUANTILES`.
        length_histogram: users by number of interactions, in bins that double.
        popularity_histogram: items, likewise.
        normalizer: the dataset's normaliser.
        thresholds: of the levels.
        eh_shares: shares of users at low, medium and high evidence horizon, counted in the training part.
        horizons: the same under every normaliser, with distributions.
        groups: cold-start groups, coldest first.
        ratings: interactions by rating.
        times: interactions by day, month or year.
        rejected: rows that were left out, by reason, most frequent first.
        leaks: what the manifest says about leaks.
        examples: some items, from popular to rare.
        tie_policy: how equal times were put in order.
        id_seed: seed of the codes.
    """

    name: str
    counts: dict[str, int]
    split: str
    parts: dict[str, int]
    sparsity: float
    lengths: tuple[float, ...]
    popularity: tuple[float, ...]
    length_histogram: Histogram
    popularity_histogram: Histogram
    normalizer: str
    thresholds: tuple[float, float]
    eh_shares: tuple[float, float, float]
    horizons: tuple[HorizonDistribution, ...]
    groups: tuple[ColdStartGroup, ...]
    ratings: Histogram | None
    times: Histogram | None
    rejected: dict[str, int]
    leaks: Mapping[str, Any]
    examples: tuple[ItemExample, ...]
    tie_policy: str
    id_seed: int


def describe(data: PreparedDataset) -> Description:
    """Describe a prepared dataset."""
    interactions = data.interactions
    pairs = interactions.select(Columns.USER, Columns.ITEM).n_unique()
    lengths = _counts(interactions[Columns.USER], data.n_users)
    popularity = _counts(interactions[Columns.ITEM], data.n_items)
    horizon = data.evidence_horizon()
    return Description(
        name=data.manifest.name,
        counts=dict(data.manifest.counts),
        split=data.split,
        parts=_parts(data),
        sparsity=1 - pairs / (data.n_users * data.n_items),
        lengths=tuple(np.quantile(lengths, QUANTILES).tolist()),
        popularity=tuple(np.quantile(popularity, QUANTILES).tolist()),
        length_histogram=log_histogram(lengths),
        popularity_histogram=log_histogram(popularity),
        normalizer=horizon.normalizer,
        thresholds=horizon.thresholds,
        eh_shares=horizon.shares,
        horizons=horizon_distributions(horizon.counts, thresholds=horizon.thresholds),
        groups=summarize_groups(data.users),
        ratings=value_histogram(interactions[Columns.RATING]),
        times=time_histogram(interactions[Columns.TIMESTAMP]),
        rejected=_reasons(data.rejected),
        leaks=dict(data.manifest.leaks),
        examples=example_items(data.items),
        tie_policy=data.manifest.tie_policy,
        id_seed=data.manifest.id_seed,
    )


def _counts(codes: pl.Series, size: int) -> NDArray[np.int64]:
    return np.asarray(np.bincount(codes.to_numpy(), minlength=size), dtype=np.int64)


def _parts(data: PreparedDataset) -> dict[str, int]:
    sizes = dict(zip(PARTS, np.bincount(data.parts, minlength=len(PARTS)).tolist(), strict=True))
    return {name: size for name, size in sizes.items() if size or name != CONTEXT}


def _reasons(rejected: pl.DataFrame) -> dict[str, int]:
    """Rows by reason; the rarest share one entry where there are many."""
    counted = rejected.group_by(Columns.REASON).len().sort("len", Columns.REASON, descending=[True, False])
    reasons = dict(counted.head(_REASONS).iter_rows())
    others = counted.slice(_REASONS)
    return reasons if others.is_empty() else reasons | {f"{others.height} other reasons": int(others["len"].sum())}
