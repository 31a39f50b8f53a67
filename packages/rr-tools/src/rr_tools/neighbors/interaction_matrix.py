"""Who took what, as a sparse matrix."""

from __future__ import annotations

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.training_data import TrainingData


def interaction_matrix(data: TrainingData) -> sparse.csr_array:
    """Return [n_users, n_items] float32, 1 where the user took the item, however often.

    Example:
        >>> interaction_matrix(TrainingData(items=[1, 1, 0], offsets=[0, 2, 3], n_items=2)).toarray().tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    ones = np.ones(len(data.items), dtype=np.float32)
    # A copy: what follows sorts in place, and the order of a sequence is the data's.
    matrix = sparse.csr_array((ones, data.items, data.offsets), shape=(data.n_users, data.n_items), copy=True)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
