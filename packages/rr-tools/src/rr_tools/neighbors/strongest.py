"""Keeping the strongest neighbours of every item."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types


def strongest(matrix: sparse.csr_array, k: int) -> sparse.csr_array:
    """Return a sparse matrix with the k largest positive entries of each row; of equal ones, the lowest columns.

    Example:
        >>> rows = sparse.csr_array(np.array([[0.0, 3.0, 1.0, 3.0], [-1.0, 0.0, 0.0, 2.0]]))
        >>> strongest(rows, 2).toarray().tolist()
        [[0.0, 3.0, 0.0, 3.0], [0.0, 0.0, 0.0, 2.0]]
    """
    entries = matrix.tocoo()
    kept = entries.data > 0
    rows, columns, values = entries.row[kept], entries.col[kept], entries.data[kept]
    order = np.lexsort((columns, -values, rows))
    counts = np.bincount(rows, minlength=matrix.shape[0])
    places = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = order[places < k]
    return sparse.csr_array((values[order], (rows[order], columns[order])), shape=matrix.shape)


def strongest_of_dense(rows: NDArray[np.float32], k: int) -> sparse.csr_array:
    """Return `strongest` of dense rows [R, n_items]; which of equal entries at the edge are kept is left open."""
    width = min(k, rows.shape[1])
    columns = np.argpartition(rows, rows.shape[1] - width, axis=1)[:, rows.shape[1] - width :]
    values = np.take_along_axis(rows, columns, axis=1)
    places = np.arange(0, values.size + 1, width)
    return strongest(sparse.csr_array((values.ravel(), columns.ravel(), places), shape=rows.shape), k)
