"""Attribute neighbours: items that share rare categories or brands, by the cosine of weighted attribute sets."""

from __future__ import annotations

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.errors import InvalidDataError
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.neighbors.content_neighbors import ContentNeighborsConfig, fit_content, weighted_by_rarity
from rr_tools.training_data import TrainingData


def fit(data: TrainingData, config: ContentNeighborsConfig, *, run: TrainingRun) -> FittedModel:
    """Compare attributes; nothing is random, so the seed has no effect.

    Raises:
        InvalidDataError: the data have no attributes.
    """
    known = data.attributes
    if known is None:
        raise InvalidDataError("attribute-knn compares attributes and the data have none: TrainingData(attributes=...)")
    ones = np.ones(len(known.codes))
    table = sparse.csr_array((ones, known.codes, known.offsets), shape=(known.n_items, max(1, known.n_attributes)))
    return fit_content(weighted_by_rarity(table), data, config, run)


MODEL = Model(
    task="sequential",
    scorer="neighbors",
    config_type=ContentNeighborsConfig,
    fit=fit,
)
