"""What is known about each item as numbers: visual and text features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError


def checked_features(features: Any, n_items: int) -> NDArray[np.float32]:
    """Return item features as float32.

    Raises:
        InvalidDataError: they are not numbers in the shape [n_items, F], or some are infinite.
    """
    array = np.asarray(features)
    if array.ndim != 2 or array.dtype.kind not in "fiu" or array.shape[0] != n_items or array.shape[1] == 0:
        raise InvalidDataError(
            f"features have dtype {array.dtype} and shape {array.shape}; they must be numbers, one row for each of the "
            f"{n_items} items"
        )
    converted = array.astype(np.float32, copy=False)
    if np.isinf(converted).any():
        raise InvalidDataError("features hold infinite numbers; write NaN where a feature is unknown")
    return converted


def read_features(path: str | Path) -> NDArray[Any]:
    """Read item features from a NumPy file (`.npy`).

    Raises:
        InvalidDataError: there is no such file, or it holds no plain array.
    """
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise InvalidDataError(f"{path} is no NumPy file of item features: {error}") from error


def standardized(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features [n_items, F] with mean 0 and deviation 1 in every column that varies; NaN becomes 0, the mean.

    Example:
        >>> standardized(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]], dtype=np.float32)).tolist()
        [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    known = ~np.isnan(features)
    counts = np.maximum(known.sum(axis=0), 1)
    means = np.where(known, features, 0.0).sum(axis=0) / counts
    centered = np.where(known, features - means, 0.0)
    deviations = np.sqrt(np.square(centered).sum(axis=0) / counts)
    scaled: NDArray[np.float32] = (centered / np.where(deviations > 0, deviations, 1.0)).astype(np.float32)
    return scaled
