"""What a scorer gives: a row of scores a query, and what it knows of the rows without reading them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.runtime.queries import Histories

FloatArray = NDArray[np.float32]
LEAST_UNSEEN = 0.01  # of a sum: after a subtraction that leaves less, single precision has left too few digits


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The catalogue, scored for B queries.

    Attributes:
        values: [B, n_items].
        order: [B] which query each row answers; None where the rows are in the order of the queries.
        unseen: [B] the sum of a row without the items of the history, up to rounding, where it is cheap to know; NaN
            where rounding may be more than a ten-thousandth of it. None where no row's is known.
    """

    values: FloatArray
    order: NDArray[np.int64] | None = None
    unseen: NDArray[np.float64] | None = None


def sums_of_unseen(values: FloatArray, sums: NDArray[np.float64], histories: Histories) -> NDArray[np.float64]:
    """Return [B] `Scores.unseen`.

    Args:
        values: [B, n_items] weights, none negative; items of the history are among them.
        sums: [B] of the rows of `values`.
        histories: of the same B queries.

    Example:
        >>> histories = Histories.of([np.array([0, 0]), np.array([0, 1])], n_items=2)
        >>> weights = np.array([[0.25, 0.75], [0.5, 0.5]], dtype=np.float32)
        >>> sums_of_unseen(weights, np.array([1.0, 1.0]), histories).tolist()
        [0.75, nan]
    """
    seen = np.unique(histories.rows * values.shape[1] + histories.items)
    unseen = sums - np.bincount(seen // values.shape[1], weights=values.reshape(-1)[seen], minlength=len(sums))
    return np.where(unseen > LEAST_UNSEEN * sums, unseen, np.nan)
