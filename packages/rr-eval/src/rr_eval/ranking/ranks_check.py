"""What every ranking metric asks of its arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def check_ranks(ranks: ArrayLike, k: int | None) -> NDArray[np.float64]:
    """Return `ranks` [N] as float64.

    Raises:
        InvalidArgumentError: another shape, a rank below 1 or NaN, or k below 1.
    """
    checked = np.asarray(ranks, dtype=np.float64)
    if checked.ndim != 1:
        raise InvalidArgumentError("ranks", f"shape {checked.shape}", "shape [N]")
    if not np.all(checked >= 1):
        raise InvalidArgumentError("ranks", f"{checked[~(checked >= 1)][0]:g}", "ranks from 1, inf where not ranked")
    if k is not None and k < 1:
        raise InvalidArgumentError("k", k, "1 or more")
    return checked
