"""Gini index of exposure."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.ranking.exposure import check_exposure


def gini(exposure: ArrayLike) -> float:
    """Return how unequally items are recommended: 0 all alike, towards 1 the fewer items take it all.

    NaN where nothing is recommended.

    Args:
        exposure: [I] how often each item of the catalogue is recommended, see `rr_eval.exposure`.

    Raises:
        InvalidArgumentError: another shape, no items, or a negative count.

    Example:
        >>> gini([1, 1, 1, 1]), gini([4, 0, 0, 0])
        (0.0, 0.75)
    """
    shown = np.sort(check_exposure(exposure))
    if not shown.sum():
        return float("nan")
    place = np.arange(1, len(shown) + 1)
    return float(((2 * place - len(shown) - 1) * shown).sum() / (len(shown) * shown.sum()))
