"""What a person checks first about a prepared dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rr_data.evidence.horizon import NORMALIZERS, evidence_horizon
from rr_data.prepared import PreparedDataset
from rr_data.splits.leave_one_out import PARTS

QUANTILES: Final = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Counts, sparsity and distributions.

    Attributes:
        name: the dataset's name.
        counts: the manifest's counts.
        parts: interactions by part.
        sparsity: share of user-item pairs without interaction.
        lengths: interactions of a user, at `QUANTILES`.
        popularity: interactions of an item, at `QUANTILES`.
        normalizer: the dataset's normaliser.
        eh_shares: shares of users at low, medium and high evidence horizon, counted in the training part.
        tie_policy: how equal times were put in order.
        id_seed: seed of the codes.
    """

    name: str
    counts: dict[str, int]
    parts: dict[str, int]
    sparsity: float
    lengths: tuple[float, ...]
    popularity: tuple[float, ...]
    normalizer: str
    eh_shares: tuple[float, float, float]
    tie_policy: str
    id_seed: int


def describe(data: PreparedDataset) -> Description:
    """Describe a prepared dataset."""
    everything = data.sequences(until="test")
    pairs = data.interactions.select("user", "item").n_unique()
    part_sizes = np.bincount(data.parts, minlength=len(PARTS)).tolist()
    horizon = data.evidence_horizon()
    return Description(
        name=data.manifest.name,
        counts=dict(data.manifest.counts),
        parts=dict(zip(PARTS, part_sizes, strict=True)),
        sparsity=1 - pairs / (data.n_users * data.n_items),
        lengths=tuple(np.quantile(everything.lengths, QUANTILES).tolist()),
        popularity=tuple(np.quantile(np.bincount(everything.items, minlength=data.n_items), QUANTILES).tolist()),
        normalizer=horizon.normalizer,
        eh_shares=horizon.shares,
        tie_policy=data.manifest.tie_policy,
        id_seed=data.manifest.id_seed,
    )


def horizon_shares(data: PreparedDataset, *, until: str = "train") -> dict[str, tuple[float, float, float]]:
    """The shares of users at low, medium and high under each normaliser, at the dataset's thresholds.

    Args:
        data: the dataset.
        until: count the training part only (`train`, as every experiment does), or all interactions (`test`).
    """
    lengths = data.sequences(until="test" if until == "test" else "train").lengths
    thresholds = data.evidence_horizon().thresholds
    return {name: evidence_horizon(lengths, normalizer=name, thresholds=thresholds).shares for name in NORMALIZERS}
