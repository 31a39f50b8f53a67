"""How evidence horizons are distributed under each normaliser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rr_data.describing.histogram import Histogram, unit_histogram
from rr_data.errors import UnknownNameError
from rr_data.evidence.horizon import NORMALIZERS, evidence_horizon
from rr_data.prepared import PreparedDataset

KINDS: Final = ("users", "items")
Shares = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonDistribution:
    """Evidence horizons of users under one normaliser, counted in the training part.

    Attributes:
        normalizer: its name.
        shares: shares of users at low, medium and high.
        histogram: users by horizon, in twenty bins from 0 to 1.
    """

    normalizer: str
    shares: Shares
    histogram: Histogram


def horizon_distributions(
    counts: NDArray[np.int64], *, thresholds: tuple[float, float]
) -> tuple[HorizonDistribution, ...]:
    """The distribution under every normaliser.

    Args:
        counts: [n] training interactions.
        thresholds: of the levels.
    """
    graded = [evidence_horizon(counts, normalizer=name, thresholds=thresholds) for name in NORMALIZERS]
    return tuple(
        HorizonDistribution(
            normalizer=horizon.normalizer, shares=horizon.shares, histogram=unit_histogram(horizon.normalized)
        )
        for horizon in graded
    )


def horizon_shares(data: PreparedDataset, *, of: str = "users", until: str = "train") -> dict[str, Shares]:
    """The shares of users, or items, at low, medium and high under each normaliser, at the dataset's thresholds.

    Args:
        data: the dataset.
        of: `users` or `items`.
        until: count the training part only (`train`, as every experiment does), or all interactions (`test`).

    Raises:
        UnknownNameError: neither users nor items.
    """
    if of not in KINDS:
        raise UnknownNameError("kind", of, KINDS)
    sequences = data.sequences(until="test" if until == "test" else "train")
    counts = sequences.lengths if of == "users" else np.bincount(sequences.items, minlength=data.n_items)
    thresholds = data.evidence_horizon().thresholds
    return {name: evidence_horizon(counts, normalizer=name, thresholds=thresholds).shares for name in NORMALIZERS}
