"""The evidence horizon: how little is known of a user (paper, section 3.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import InvalidQueryError
from rr_planner.types import FloatArray


def evidence_horizon(counts: ArrayLike, *, reference: ArrayLike | None = None) -> FloatArray:
    """Turn interaction counts into horizons in [0, 1]: 0 is the best-known user, 1 one of whom nothing is known.

    1 - (share of the reference users with fewer interactions + half the share with as many), the mid-rank. The paper's
    own `1 - count / max count` lies above 0.99 for nearly every user of a long-tailed catalogue, so that thresholds of
    0.3 and 0.7 would tell nobody apart; ranks spread users evenly. Users with equal counts share one value.

    Args:
        counts: [B] interactions a user, from training data only.
        reference: [N] counts of the users to compare with, such as all training users; `counts` itself where None.

    Returns:
        [B] float64.

    Raises:
        InvalidQueryError: counts are negative, not finite or not one-dimensional, or the reference is empty.

    Example:
        >>> evidence_horizon([1, 5, 5, 20]).tolist()
        [0.875, 0.5, 0.5, 0.125]
        >>> evidence_horizon([0, 7], reference=[1, 5, 5, 20]).tolist()
        [1.0, 0.25]
    """
    values = _counts("counts", counts)
    population = np.sort(values if reference is None else _counts("reference", reference))
    if len(population) == 0:
        if len(values) == 0:
            return np.empty(0, dtype=np.float64)
        raise InvalidQueryError("reference", "no counts", "the counts of at least one user")
    fewer = np.searchsorted(population, values, side="left")
    up_to = np.searchsorted(population, values, side="right")
    return 1.0 - (fewer + up_to) / (2.0 * len(population))


def _counts(name: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iuf"):
        raise InvalidQueryError(name, f"dtype {array.dtype}, shape {array.shape}", "one number a user, shape [B]")
    array = array.astype(np.float64)
    if not np.all((array >= 0) & np.isfinite(array)):
        bad = array[~((array >= 0) & np.isfinite(array))][0]
        raise InvalidQueryError(name, f"{bad}", "finite numbers of at least 0")
    return array
