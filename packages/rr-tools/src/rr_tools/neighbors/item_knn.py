"""ItemKNN: items that the same users took, by shrunk cosine (Sarwar et al. 2001; shrinkage: Bell and Koren 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.configuration import check_positive
from rr_tools.errors import ConfigError
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.neighbors.interaction_matrix import interaction_matrix
from rr_tools.neighbors.neighbor_model import age_weights, neighbor_model
from rr_tools.neighbors.strongest import strongest
from rr_tools.search_space import Floats, Integers, SearchSpace
from rr_tools.training_data import TrainingData

ITEMS_PER_BLOCK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKnnConfig:
    """Options of ItemKNN.

    Attributes:
        neighbors: neighbours kept for each item of a history.
        shrinkage: added to the product of the norms; pulls down pairs that few users took.
        history: items of the history that vote, the last ones.
        decay: a vote's weight relative to that of the next newer item, in (0, 1]; 1 forgets the order.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "neighbors": Integers(20, 500, log=True),
        "shrinkage": Floats(0.1, 100.0, log=True),
        "decay": Floats(0.5, 1.0),
    }

    neighbors: int = 200
    shrinkage: float = 10.0
    history: int = 100
    decay: float = 1.0

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "neighbors", "history", "decay")
        if self.decay > 1:
            raise ConfigError(f"decay is {self.decay}; it must be above 0 and at most 1")
        if self.shrinkage < 0:
            raise ConfigError(f"shrinkage is {self.shrinkage}; it must not be negative")


def shrunk_cosine(together: sparse.csr_array, norms: NDArray[np.float64], shrinkage: float, first: int = 0) -> None:
    """Turn counts of common users in place into cosines, an item's own into 0.

    Args:
        together: [R, n_items] users that took both; row r is item first + r.
        norms: [n_items] root of the number of users of each item.
        shrinkage: added to the product of the norms.
        first: item of row 0.
    """
    rows = first + np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    cosines = together.data / (norms[rows] * norms[together.indices] + shrinkage)
    together.data = np.where(rows == together.indices, 0.0, cosines)


def fit(data: TrainingData, config: ItemKnnConfig, *, run: TrainingRun) -> FittedModel:
    """Count a block of items at a time, which bounds the memory; nothing is random, so the seed has no effect."""
    taken = interaction_matrix(data)
    by_item = taken.T.tocsr().astype(np.float64)
    norms = np.sqrt(np.diff(by_item.indptr).astype(np.float64))
    blocks = []
    for first in range(0, data.n_items, ITEMS_PER_BLOCK):
        together = (by_item[first : first + ITEMS_PER_BLOCK] @ taken).tocsr()
        shrunk_cosine(together, norms, config.shrinkage, first)
        blocks.append(strongest(together, config.neighbors))
        done = min(first + ITEMS_PER_BLOCK, data.n_items)
        run.progress(done, data.n_items, f"{done:,} of {data.n_items:,} items")
    return neighbor_model(sparse.vstack(blocks).tocsr(), age_weights(config.history, config.decay), data)


MODEL = Model(
    task="sequential",
    scorer="neighbors",
    config_type=ItemKnnConfig,
    fit=fit,
)
