"""Text neighbours: items whose titles share rare words, by the cosine of TF-IDF vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types

from rr_tools.errors import InvalidDataError
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.neighbors.content_neighbors import ContentNeighborsConfig, fit_content, weighted_by_rarity
from rr_tools.training_data import TrainingData

_WORD = re.compile(r"\w+")


def word_counts(texts: Sequence[str]) -> sparse.csr_array:
    """Return [len(texts), words] how often each word stands in each text; case does not matter.

    Example:
        >>> word_counts(["Red lipstick", "red, RED!", ""]).toarray().tolist()
        [[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]]
    """
    words = [_WORD.findall(text.lower()) for text in texts]
    numbers = {word: number for number, word in enumerate(sorted({word for row in words for word in row}))}
    columns = np.array([numbers[word] for row in words for word in row], dtype=np.int64)
    offsets = np.cumsum([0, *map(len, words)])
    counts = sparse.csr_array((np.ones(len(columns)), columns, offsets), shape=(len(texts), max(1, len(numbers))))
    counts.sum_duplicates()
    return counts


def fit(data: TrainingData, config: ContentNeighborsConfig, *, run: TrainingRun) -> FittedModel:
    """Compare titles; nothing is random, so the seed has no effect.

    Raises:
        InvalidDataError: the data have no titles.
    """
    if data.titles is None:
        raise InvalidDataError("text-knn compares titles and the data have none; give TrainingData(titles=...)")
    return fit_content(weighted_by_rarity(word_counts(data.titles)), data, config, run)


MODEL = Model(
    task="sequential",
    scorer="neighbors",
    config_type=ContentNeighborsConfig,
    fit=fit,
)
