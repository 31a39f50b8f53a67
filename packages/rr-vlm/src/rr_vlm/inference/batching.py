"""Length-sorted batches: little padding, whatever the order of the queries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray


def length_batches(lengths: ArrayLike, *, max_tokens: int = 16_384) -> Iterator[NDArray[np.int64]]:
    """Cut queries into batches of similar length.

    Args:
        lengths: [B] length of each query in tokens.
        max_tokens: of a padded batch; a longer query makes a batch of its own.

    Yields:
        Indices of queries; every index occurs once.

    Example:
        >>> [batch.tolist() for batch in length_batches([9, 2, 8, 3], max_tokens=18)]
        [[1, 3], [2, 0]]
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(sizes, kind="stable")
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and sizes[order[stop]] * (stop + 1 - start) <= max_tokens:
            stop += 1
        yield order[start:stop]
        start = stop
