"""Catalogue coverage."""

from __future__ import annotations

from numpy.typing import ArrayLike

from rr_eval.ranking.exposure import check_exposure


def coverage(exposure: ArrayLike) -> float:
    """Return the share of the catalogue that is recommended at least once (Ge et al., 2010).

    Args:
        exposure: [I] how often each item of the catalogue is recommended, see `rr_eval.exposure`.

    Raises:
        InvalidArgumentError: another shape, no items, or a negative count.

    Example:
        >>> coverage([2, 1, 1, 0])
        0.75
    """
    return float((check_exposure(exposure) > 0).mean())
