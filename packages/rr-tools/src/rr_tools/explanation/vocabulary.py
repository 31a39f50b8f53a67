"""The words of the training texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import SPECIAL, Vocabulary, words_of


def build_vocabulary(texts: Iterable[str], *, min_count: int, largest: int) -> Vocabulary:
    """Return the most frequent words, ties by the alphabet.

    Args:
        texts: where the words stand.
        min_count: how often a word must stand there.
        largest: most words, the four special ones included.

    Example:
        >>> build_vocabulary(["a gift", "a card", "a card and a gift"], min_count=2, largest=6).words[4:]
        ('a', 'card')
    """
    counts = Counter(word for text in texts for word in words_of(text))
    frequent = sorted((word for word in counts if counts[word] >= min_count), key=lambda word: (-counts[word], word))
    return Vocabulary((*SPECIAL, *frequent[: largest - len(SPECIAL)]))


def explanation_inputs(data: ExplanationData, config: ExplanationConfig) -> ExplanationInputs:
    """Return the codes of a data set; words and levels of the ratings come from its training rows alone."""
    rows = data.rows("train")
    ratings = np.asarray(data.ratings)[rows]
    texts = [data.texts[row] for row in rows]
    return ExplanationInputs(
        vocabulary=build_vocabulary(texts, min_count=config.min_count, largest=config.vocabulary_size),
        n_users=data.n_users,
        n_items=data.n_items,
        ratings=tuple(np.unique(np.round(ratings[np.isfinite(ratings)])).tolist()),
        longest=config.max_words,
    )
