"""The codes of the k best scores of each row, without partitioning whole rows.

A row's codes are dealt to blocks, code c to block c modulo the number of blocks. The k blocks with the highest maxima
hold k scores that are at least the k-th highest maximum, so the k best of these blocks are the k best of the row. The
blocks are chosen in the same way. What grows with the catalogue is one pass of maxima, and that a vectorised one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
CODES_PER_BLOCK = 8
SHORT = 512  # rows up to this length are sorted as they are
CELLS_IN_CACHE = 2**18  # a few rows at a time: what is read again and again stays in the processor's cache


def best_codes(scores: NDArray[Any], k: int) -> IntArray:
    """Return [B, k] the codes of the k best items of each row, rising; of those tied at the edge, the lowest codes.

    Args:
        scores: [B, n_items], B at least 1; no NaN.
        k: from 1 to n_items.

    Example:
        >>> best_codes(np.array([[0.5, 2.0, 0.5, 0.5]]), 2).tolist()
        [[0, 1]]
    """
    chosen, edge, crowded = _choose(scores, k)
    chosen.sort(axis=1)
    if crowded.any():
        size = max(1, CELLS_IN_CACHE // scores.shape[1])
        for first in range(0, len(scores), size):
            rows = slice(first, first + size)
            if crowded[rows].any():
                chosen[rows] = _lowest_of_tied(scores[rows], np.flatnonzero(scores[rows] >= edge[rows]), edge[rows], k)
    return chosen


def _choose(scores: NDArray[Any], k: int) -> tuple[IntArray, NDArray[Any], NDArray[np.bool_]]:
    """Return [B, k] codes of k best scores, [B, 1] the lowest of these, [B] whether other codes have that one too."""
    n_items = scores.shape[1]
    if n_items <= max(SHORT, 2 * CODES_PER_BLOCK * k):
        return _choose_by_sorting(scores, k)
    blocks = -(-n_items // CODES_PER_BLOCK)
    best, lowest, left_out = _choose(_block_maxima(scores, blocks), k)
    codes = (best[:, None, :] + np.arange(0, n_items, blocks)[:, None]).reshape(len(scores), -1)
    values = scores.take(codes + np.arange(0, scores.size, n_items)[:, None], mode="clip")
    values[codes >= n_items] = -np.inf
    places, edge, crowded = _choose_by_sorting(values, k)
    crowded |= left_out & (edge == lowest)[:, 0]
    return np.take_along_axis(codes, places, axis=1), edge, crowded


def _choose_by_sorting(scores: NDArray[Any], k: int) -> tuple[IntArray, NDArray[Any], NDArray[np.bool_]]:
    """Do what `_choose` does for short rows: sorting values is several times faster than sorting or parting codes."""
    rows, n_items = scores.shape
    edge = np.sort(scores, axis=1)[:, n_items - k, None]
    reached = scores >= edge
    places = np.flatnonzero(reached)
    if len(places) == rows * k:
        return (places % n_items).reshape(rows, k), edge, np.zeros(rows, dtype=np.bool_)
    return _lowest_of_tied(scores, places, edge, k), edge, np.count_nonzero(reached, axis=1) > k


def _block_maxima(scores: NDArray[Any], blocks: int) -> NDArray[Any]:
    """Return [B, blocks] the highest score of each block."""
    rows, n_items = scores.shape
    whole = n_items - n_items % blocks
    maxima: NDArray[Any] = scores[:, :whole].reshape(rows, -1, blocks).max(axis=1)
    rest = maxima[:, : n_items - whole]
    np.maximum(rest, scores[:, whole:], out=rest)
    return maxima


def _lowest_of_tied(scores: NDArray[Any], places: IntArray, edge: NDArray[Any], k: int) -> IntArray:
    """Return [B, k] the codes above `edge` [B, 1], of which there are less than k, and the lowest of those at it.

    `places` are the flat places of all scores that are at least the edge, rising.
    """
    rows, codes = np.divmod(places, scores.shape[1])
    tied = scores.reshape(-1)[places] == edge[rows, 0]
    counts = np.bincount(rows[tied], minlength=len(scores))
    wanted = k - np.bincount(rows[~tied], minlength=len(scores))
    nth = np.cumsum(tied) - (np.cumsum(counts) - counts)[rows]  # which of the tied of its row a code is, from 1
    kept: IntArray = codes[~tied | (nth <= wanted[rows])].reshape(-1, k)
    return kept
