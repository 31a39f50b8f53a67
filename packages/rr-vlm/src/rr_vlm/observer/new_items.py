"""Items that join without retraining: their embeddings come from what their texts and pictures look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rr_vlm.errors import InputError

Features = NDArray[np.float32]
RIDGE = 1.0


def predict_embeddings(known: Features, embeddings: Features, new: Features) -> Features:
    """Predict embeddings of new items by ridge regression from features to embeddings over the known ones.

    The prediction is brought to the known embeddings' mean length: a regression shrinks what it is unsure of, and a
    short embedding would never be recommended.

    Args:
        known: [N, F] features of known items.
        embeddings: [N, width] their embeddings.
        new: [M, F] features of new items, from the same encoder.

    Returns:
        [M, width].

    Raises:
        InputError: shapes do not fit each other.
    """
    if known.shape[0] != embeddings.shape[0] or known.shape[1] != new.shape[1]:
        received = f"known {known.shape}, embeddings {embeddings.shape}, new {new.shape}"
        raise InputError("features", received, "[N, F], [N, width] and [M, F]")
    centre, middle = known.mean(axis=0), embeddings.mean(axis=0)
    x = (known - centre).astype(np.float64)
    gram = x.T @ x + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, x.T @ (embeddings - middle))
    predicted = middle + (new - centre) @ weights
    lengths = np.linalg.norm(predicted, axis=1, keepdims=True)
    wanted = np.linalg.norm(embeddings, axis=1).mean()
    rescaled: Features = (predicted * wanted / np.maximum(lengths, 1e-9)).astype(np.float32)
    return rescaled
