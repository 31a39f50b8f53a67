"""From a matrix of neighbours to what `rr_tools.runtime.scorers.NeighborScorer` serves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.artifact import WEIGHTS_FILE
from rr_tools.model import FittedModel
from rr_tools.training_data import TrainingData


def neighbor_model(neighbors: sparse.csr_array, age_weights: NDArray[np.float64], data: TrainingData) -> FittedModel:
    """Return the model whose score of item j is the sum over a history's items i of age weight times neighbors[i, j].

    Args:
        neighbors: [n_items, n_items], not negative.
        age_weights: [L] the weight of a history item by how many items are newer.
        data: what it was counted in; its popularity answers histories without a neighbour.
    """
    neighbors.eliminate_zeros()
    neighbors.sort_indices()
    arrays = {
        "indptr": neighbors.indptr.astype(np.int64),
        "indices": neighbors.indices.astype(np.int32),
        "values": neighbors.data.astype(np.float32),
        "age_weights": age_weights,
        "popularity": (data.popularity / len(data.items)).astype(np.float32),
    }
    # A history item is as likely as it is popular; each of its neighbours costs a multiplication and an addition.
    row_length = float(np.average(np.diff(neighbors.indptr), weights=data.popularity))
    return FittedModel(
        files={WEIGHTS_FILE: save(arrays)},
        max_length=len(age_weights),
        flops_per_query=2.0 * len(age_weights) * row_length,
        metrics={"pairs": float(neighbors.nnz)},
    )


def age_weights(length: int, decay: float) -> NDArray[np.float64]:
    """Return [length] the powers of `decay`: 1 for the newest item of a history.

    Example:
        >>> age_weights(3, 0.5).tolist()
        [1.0, 0.5, 0.25]
    """
    weights: NDArray[np.float64] = decay ** np.arange(length, dtype=np.float64)
    return weights
