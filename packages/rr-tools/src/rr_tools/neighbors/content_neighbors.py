"""Neighbours by content: items alike in what is known of them, whoever took them. Works for items nobody has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.configuration import check_positive
from rr_tools.errors import ConfigError
from rr_tools.model import FittedModel, TrainingRun
from rr_tools.neighbors.neighbor_model import age_weights, neighbor_model
from rr_tools.neighbors.strongest import strongest
from rr_tools.search_space import Floats, Integers, SearchSpace
from rr_tools.training_data import TrainingData

ITEMS_PER_BLOCK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentNeighborsConfig:
    """Options of the neighbours by content.

    Attributes:
        neighbors: neighbours kept for each item of a history.
        history: items of the history that vote, the last ones.
        decay: a vote's weight relative to that of the next newer item, in (0, 1].
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "neighbors": Integers(20, 500, log=True),
        "history": Integers(3, 20),
        "decay": Floats(0.4, 1.0),
    }

    neighbors: int = 200
    history: int = 10
    decay: float = 0.7

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "neighbors", "history", "decay")
        if self.decay > 1:
            raise ConfigError(f"decay is {self.decay}; it must be above 0 and at most 1")


def weighted_by_rarity(counts: sparse.csr_array) -> sparse.csr_array:
    """Return the rows of counts [n_items, F] as unit vectors of count times inverse document frequency.

    The inverse document frequency is log((1 + items) / (1 + items that have it)) + 1, that of scikit-learn. Empty rows
    stay empty.

    Example:
        >>> rows = weighted_by_rarity(sparse.csr_array(np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 0.0]])))
        >>> rows.toarray().round(2).tolist()
        [[1.0, 0.0], [0.61, 0.8], [0.0, 0.0]]
    """
    rarity = np.log((1.0 + counts.shape[0]) / (1.0 + (counts > 0).sum(axis=0))) + 1.0
    weighted = sparse.csr_array(counts.astype(np.float64) @ sparse.diags_array(np.asarray(rarity).ravel()))
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(norms, np.diff(weighted.indptr))
    return weighted


def fit_content(
    vectors: sparse.csr_array, data: TrainingData, config: ContentNeighborsConfig, run: TrainingRun
) -> FittedModel:
    """Keep the items with the largest cosines to each item.

    Args:
        vectors: [n_items, F] unit rows, not negative.
        data: its popularity answers histories without a neighbour.
        config: how many neighbours, how long a history.
        run: told of the progress.
    """
    blocks = []
    for first in range(0, data.n_items, ITEMS_PER_BLOCK):
        cosines = (vectors[first : first + ITEMS_PER_BLOCK] @ vectors.T).tocsr()
        own = first + np.repeat(np.arange(cosines.shape[0]), np.diff(cosines.indptr)) == cosines.indices
        cosines.data[own] = 0.0
        blocks.append(strongest(cosines, config.neighbors))
        done = min(first + ITEMS_PER_BLOCK, data.n_items)
        run.progress(done, data.n_items, f"{done:,} of {data.n_items:,} items")
    return neighbor_model(sparse.vstack(blocks).tocsr(), age_weights(config.history, config.decay), data)
