"""EASE: a linear model of every item from all others, in closed form (Steck 2019)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types
from scipy.linalg import lapack  # type: ignore[import-untyped]

from rr_tools.configuration import check_positive
from rr_tools.errors import ConfigError
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.neighbors.free_memory import check_memory
from rr_tools.neighbors.interaction_matrix import interaction_matrix
from rr_tools.neighbors.neighbor_model import age_weights, neighbor_model
from rr_tools.neighbors.strongest import strongest_of_dense
from rr_tools.search_space import Floats, Integers, SearchSpace
from rr_tools.training_data import TrainingData

ITEMS_PER_BLOCK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EaseConfig:
    """Options of EASE.

    Attributes:
        regularization: added to the diagonal of the items' Gram matrix.
        neighbors: largest positive weights kept for each item of a history; the rest is not served.
        history: items of the history that are read, the last ones.
        decay: an item's weight relative to that of the next newer one, in (0, 1]; 1 forgets the order.
        memory_gb: memory that the dense matrix may take; 4 bytes for each pair of items, so 8 is enough for 44,000.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "regularization": Floats(1.0, 2000.0, log=True),
        "neighbors": Integers(50, 500, log=True),
        "decay": Floats(0.5, 1.0),
    }

    regularization: float = 200.0
    neighbors: int = 200
    history: int = 100
    decay: float = 1.0
    memory_gb: float = 8.0

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "regularization", "neighbors", "history", "decay", "memory_gb")
        if self.decay > 1:
            raise ConfigError(f"decay is {self.decay}; it must be above 0 and at most 1")


def inverse_gram(taken: sparse.csr_array, regularization: float) -> NDArray[np.float32]:
    """Return the inverse of taken^T taken + regularization I, [n_items, n_items], in the memory of one such matrix."""
    gram = np.zeros((taken.shape[1], taken.shape[1]), dtype=np.float32, order="F")  # what LAPACK works on in place
    (taken.T @ taken).tocsr().toarray(out=gram)
    gram[np.diag_indices_from(gram)] += regularization
    factor, failed = lapack.spotrf(gram, lower=True, overwrite_a=True)
    if failed:
        raise ConfigError(f"regularization {regularization} is too small to invert the Gram matrix; raise it")
    inverse, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    return _mirrored(inverse)


def fit(data: TrainingData, config: EaseConfig, *, run: TrainingRun) -> FittedModel:
    """Solve; nothing is random, so the seed has no effect."""
    check_memory(4 * data.n_items**2, config.memory_gb, f"ease on {data.n_items:,} items", "itemknn does without it")
    steps = data.n_items + 1
    run.progress(0, steps, f"inverting a matrix of {data.n_items:,} x {data.n_items:,}")
    inverse = inverse_gram(interaction_matrix(data), config.regularization)
    diagonal = inverse.diagonal().copy()
    blocks: list[Any] = []
    for first in range(0, data.n_items, ITEMS_PER_BLOCK):
        rows = inverse[first : first + ITEMS_PER_BLOCK] / -diagonal
        rows[np.arange(len(rows)), first + np.arange(len(rows))] = 0.0
        blocks.append(strongest_of_dense(rows, config.neighbors))
        run.progress(1 + first + len(rows), steps, f"{first + len(rows):,} of {data.n_items:,} items")
    return neighbor_model(sparse.vstack(blocks).tocsr(), age_weights(config.history, config.decay), data)


def _mirrored(lower: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill the upper triangle from the lower one, in place, a block of columns at a time."""
    for first in range(0, len(lower), ITEMS_PER_BLOCK):
        block = slice(first, first + ITEMS_PER_BLOCK)
        lower[block, block] = np.tril(lower[block, block]) + np.tril(lower[block, block], -1).T
        lower[block, block.stop :] = lower[block.stop :, block].T
    return lower


MODEL = Model(
    task="sequential",
    scorer="neighbors",
    config_type=EaseConfig,
    fit=fit,
)
