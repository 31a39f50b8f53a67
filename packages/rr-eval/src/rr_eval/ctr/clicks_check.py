"""What every click-through metric asks of its arguments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def check_clicks(
    labels: ArrayLike, scores: ArrayLike, *, probabilities: bool = True
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return labels [N] as booleans and scores [N] as float64.

    Raises:
        InvalidArgumentError: different shapes, no rows, a label that is not 0 or 1, a score that is not finite, or no
            probability where one is due.
    """
    clicked, given = np.asarray(labels), np.asarray(scores, dtype=np.float64)
    if clicked.ndim != 1 or clicked.shape != given.shape or not len(given):
        received = f"shapes {clicked.shape} and {given.shape}"
        raise InvalidArgumentError("labels, scores", received, "the same shape [N], at least one row")
    if not np.isin(clicked, (0, 1)).all():
        raise InvalidArgumentError("labels", clicked[~np.isin(clicked, (0, 1))][0], "0 and 1")
    fits = (given >= 0) & (given <= 1) if probabilities else np.isfinite(given)
    if not fits.all():
        raise InvalidArgumentError(
            "scores", given[~fits][0], "numbers in [0, 1]" if probabilities else "finite numbers"
        )
    return clicked.astype(bool), given
