"""The answer of a tool, and how it is read off a row of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError
from rr_tools.runtime.selection import best_codes

PADDED = -1  # stands in `Ranking.items` where a row has fewer than k rankable items; its score is -inf


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The k best items for each of B queries.

    Attributes:
        items: [B, k] int64 item codes, best first, equal scores by code. Padded places hold -1.
        scores: [B, k] float32, not increasing along a row, comparable inside a row only; -inf marks padding.
        confidence: [B] float64 in [0, 1], calibrated probability that the relevant item is among the first five, or
            None where the tool was not calibrated.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    confidence: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return B."""
        return len(self.items)


def top_k(scores: NDArray[Any], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the k best items of each row and their scores; equal scores are ordered by item code.

    Args:
        scores: [B, n_items], -inf where an item must not be ranked; no NaN.
        k: length of the lists, also beyond n_items.

    Returns:
        items [B, k] int64 padded with -1, scores [B, k] float32 padded with -inf.

    Raises:
        InvalidDataError: k is below 1.

    Example:
        >>> top_k(np.array([[0.5, 2.0, 0.5, -np.inf]], dtype=np.float32), 4)[0].tolist()
        [[1, 0, 2, -1]]
    """
    require_place(k)
    rows, n_items = scores.shape
    items = np.full((rows, k), PADDED, dtype=np.int64)
    best = np.full((rows, k), -np.inf, dtype=np.float32)
    width = min(k, n_items)
    if rows == 0 or width == 0:
        return items, best
    chosen = best_codes(scores, width)
    values = np.take_along_axis(scores, chosen, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")  # `chosen` rises with the code, so ties stay in that order
    best[:, :width] = np.take_along_axis(values, order, axis=1)
    items[:, :width] = np.where(np.isneginf(best[:, :width]), PADDED, np.take_along_axis(chosen, order, axis=1))
    return items, best


def require_place(k: int) -> None:
    """Raise InvalidDataError where k is below 1."""
    if k < 1:
        raise InvalidDataError(f"k is {k}; a ranking has at least one place")
