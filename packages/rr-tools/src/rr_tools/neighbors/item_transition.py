"""Item-transition neighbours: what people take within a few steps of an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.configuration import check_positive
from rr_tools.errors import ConfigError
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.neighbors.neighbor_model import age_weights, neighbor_model
from rr_tools.search_space import Floats, Integers, SearchSpace
from rr_tools.training_data import TrainingData


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTransitionConfig:
    """Options of the item-transition neighbours.

    Attributes:
        window: steps apart two items of a sequence may stand; a pair g steps apart counts 1 / g.
        backward: weight of a transition against time, relative to one along it.
        history: items of the history that vote, the last ones.
        decay: a vote's weight relative to that of the next newer item, in (0, 1].
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "window": Integers(1, 10),
        "backward": Floats(0.0, 1.0),
        "history": Integers(3, 20),
        "decay": Floats(0.4, 1.0),
    }

    window: int = 5
    backward: float = 0.5
    history: int = 10
    decay: float = 0.7

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "window", "history", "decay")
        if self.decay > 1:
            raise ConfigError(f"decay is {self.decay}; it must be above 0 and at most 1")
        if self.backward < 0:
            raise ConfigError(f"backward is {self.backward}; it must not be negative")


def transition_counts(data: TrainingData, *, window: int, backward: float) -> sparse.csr_array:
    """Count weighted transitions between items of the same sequence.

    Args:
        data: the sequences.
        window: steps apart two items may stand; a pair g steps apart counts 1 / g.
        backward: weight of a pair against time, relative to one along it.

    Returns:
        [n_items, n_items] float64, entry (i, j): how much taking i speaks for taking j.
    """
    counts = sparse.csr_array((data.n_items, data.n_items), dtype=np.float64)
    users = data.users
    for gap in range(1, window + 1):
        together = users[gap:] == users[:-gap]
        earlier, later = data.items[:-gap][together], data.items[gap:][together]
        weights = np.full(len(earlier), 1.0 / gap)
        counts += sparse.csr_array((weights, (earlier, later)), shape=counts.shape)
    return (counts + backward * counts.T).tocsr()


def normalize_symmetrically(counts: sparse.csr_array) -> sparse.csr_array:
    """Divide entry (i, j) by the root of row i's sum times the root of column j's sum; empty rows stay empty."""
    rows, columns = (_inverse_root(np.asarray(counts.sum(axis=axis)).ravel()) for axis in (1, 0))
    return (sparse.diags_array(rows) @ counts @ sparse.diags_array(columns)).tocsr()


def fit(data: TrainingData, config: ItemTransitionConfig, *, run: TrainingRun) -> FittedModel:
    """Count; nothing is random, so the seed has no effect."""
    counts = transition_counts(data, window=config.window, backward=config.backward)
    neighbors = normalize_symmetrically(counts)
    run.progress(1, 1, f"{neighbors.nnz:,} pairs of items")
    return neighbor_model(neighbors, age_weights(config.history, config.decay), data)


def _inverse_root(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    roots: NDArray[np.float64] = np.where(sums > 0, 1.0 / np.sqrt(np.where(sums > 0, sums, 1.0)), 0.0)
    return roots


MODEL = Model(
    task="sequential",
    scorer="neighbors",
    config_type=ItemTransitionConfig,
    fit=fit,
)
