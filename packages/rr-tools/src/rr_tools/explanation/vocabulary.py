"""The words of the training texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import SPECIAL, Vocabulary, words_of


def build_vocabulary(texts: Iterable[str], *, largest: int) -> Vocabulary:
    """Return the most frequent words, ties by the alphabet, at most `largest` with the four special ones.

    Example:
        >>> build_vocabulary(["a gift", "a card"], largest=6).words[4:]
        ('a', 'card')
    """
    counts = Counter(word for text in texts for word in words_of(text))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary((*SPECIAL, *frequent[: largest - len(SPECIAL)]))


def explanation_inputs(data: ExplanationData, *, largest: int, longest: int) -> ExplanationInputs:
    """Return the codes of a data set; words and levels of the ratings come from its training rows alone.

    Args:
        data: the data set.
        largest: most words of the vocabulary.
        longest: words of a text at most.
    """
    rows = data.rows("train")
    ratings = np.asarray(data.ratings)[rows]
    texts = [data.texts[row] for row in rows]
    return ExplanationInputs(
        vocabulary=build_vocabulary(texts, largest=largest),
        n_users=data.n_users,
        n_items=data.n_items,
        ratings=tuple(np.unique(np.round(ratings[np.isfinite(ratings)])).tolist()),
        longest=longest,
    )
