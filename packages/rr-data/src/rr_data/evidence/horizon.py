"""The evidence horizon: how little is known about a user (paper, section 3.2).

The paper's raw score C(u) = 1 - n_u / max n puts nearly everybody above 0.7 on long-tailed data, so the value that
thresholds act on comes from a normaliser chosen by name, and the raw score stays beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError, UnknownNameError
from rr_data.evidence.levels import DEFAULT_THRESHOLDS, horizon_levels

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceHorizon:
    """Evidence horizons of n users; 1 means no evidence, 0 as much as anybody has.

    Attributes:
        counts: [n] int64 interactions of each user, from the training part in every experiment.
        raw: [n] float64, the paper's C(u).
        normalized: [n] float64 in [0, 1], what thresholds, curriculum and prompts act on.
        levels: [n] int8: 0 low, 1 medium, 2 high.
        normalizer: name of the normaliser.
        thresholds: where low ends and high begins.
    """

    counts: IntArray
    raw: FloatArray
    normalized: FloatArray
    levels: NDArray[np.int8]
    normalizer: str
    thresholds: tuple[float, float]

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of users at low, medium and high."""
        low, medium, high = np.bincount(self.levels, minlength=3) / len(self.levels)
        return float(low), float(medium), float(high)


def _raw(counts: IntArray) -> FloatArray:
    return np.asarray(1 - counts / counts.max(), dtype=np.float64)


def _log(counts: IntArray) -> FloatArray:
    top = np.log(counts.max())
    share = np.log(np.maximum(counts, 1)) / top if top > 0 else np.ones(len(counts))
    return np.where(counts > 0, 1 - share, 1.0)


def _log_minmax(counts: IntArray) -> FloatArray:
    logs = np.log(np.maximum(counts, 1))
    bottom, top = logs[counts > 0].min(), logs.max()
    share = (logs - bottom) / (top - bottom) if top > bottom else np.ones(len(counts))
    return np.where(counts > 0, 1 - share, 1.0)


def _rank(counts: IntArray) -> FloatArray:
    _, group, sizes = np.unique(counts, return_inverse=True, return_counts=True)
    fewer = np.cumsum(sizes) - sizes
    middle = 1 - (fewer + sizes / 2) / len(counts)
    return np.asarray(middle[group], dtype=np.float64)


NORMALIZERS: Final[Mapping[str, Callable[[IntArray], FloatArray]]] = MappingProxyType(
    {"raw": _raw, "log": _log, "log-minmax": _log_minmax, "rank": _rank}
)


def evidence_horizon(
    counts: ArrayLike, *, normalizer: str = "rank", thresholds: tuple[float, float] = DEFAULT_THRESHOLDS
) -> EvidenceHorizon:
    """Grade users by how much is known about them.

    | normaliser | value of a user with n interactions |
    |---|---|
    | `raw` | 1 - n / max |
    | `log` | 1 - ln n / ln max |
    | `log-minmax` | 1 - (ln n - ln min) / (ln max - ln min), min over users with any interaction |
    | `rank` | 1 - (share of users with fewer + half the share with as many): ties share one value |

    Edge policy: a user without interactions has no logarithm and gets 1 under both `log` forms. Where all counts are
    equal, nobody knows less than the best known user: `raw`, `log` and `log-minmax` give 0, and `rank` gives 0.5.
    Where all counts are zero there is no evidence at all: every normaliser gives 1.

    Args:
        counts: [n] integers of at least 0.
        normalizer: `raw`, `log`, `log-minmax` or `rank`.
        thresholds: strictly below the first is low, strictly above the second is high.

    Raises:
        EvidenceError: no counts, negative counts, or counts that are not integers.
        UnknownNameError: another normaliser; names the nearest one.
        OptionError: thresholds out of order.

    Example:
        >>> horizon = evidence_horizon([1, 2, 2, 10])
        >>> horizon.normalized.tolist(), horizon.levels.tolist()
        ([0.875, 0.5, 0.5, 0.125], [2, 1, 1, 0])
        >>> horizon.raw.tolist()
        [0.9, 0.8, 0.8, 0.0]
    """
    array = _checked(counts)
    if normalizer not in NORMALIZERS:
        raise UnknownNameError("normalizer", normalizer, NORMALIZERS)
    nothing_known = array.max() == 0
    raw = np.ones(len(array)) if nothing_known else _raw(array)
    normalized = np.ones(len(array)) if nothing_known else NORMALIZERS[normalizer](array)
    return EvidenceHorizon(
        counts=array,
        raw=raw,
        normalized=normalized,
        levels=horizon_levels(normalized, thresholds=thresholds),
        normalizer=normalizer,
        thresholds=thresholds,
    )


def _checked(counts: ArrayLike) -> IntArray:
    array = np.asarray(counts)
    if array.ndim != 1 or len(array) == 0:
        raise EvidenceError(f"counts: received an array of shape {array.shape}; expected at least one count in one row")
    if not np.issubdtype(array.dtype, np.integer):
        raise EvidenceError(f"counts: received {array.dtype}; expected integers")
    if array.min() < 0:
        raise EvidenceError(f"counts: received {int(array.min())} at place {int(array.argmin())}; expected at least 0")
    return array.astype(np.int64)
