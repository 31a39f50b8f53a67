"""Which features of items explanations speak of (Li et al., "NETE", 2020; "PETER", 2021)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.text.words import Text, cut, ngrams, plain_words


def feature_matching(texts: Sequence[Text], features: Sequence[str]) -> NDArray[np.float64]:
    """Return [N] ones where a text speaks of its feature, else zeros; the mean is FMR.

    Args:
        texts: what was written; words are cut and compared as `plain_words` does.
        features: [N] the feature each text should speak of; one of several words must stand there as a whole.

    Raises:
        InvalidArgumentError: not as many features as texts.

    Example:
        >>> feature_matching(["The battery life is short.", "Good screen"], ["battery life", "battery"]).tolist()
        [1.0, 0.0]
    """
    if len(texts) != len(features):
        raise InvalidArgumentError("features", f"{len(features)}", f"{len(texts)}, one for each text")
    pairs = zip(texts, features, strict=True)
    return np.array([float(bool(_mentioned([text], [feature])[0])) for text, feature in pairs])


def feature_coverage(texts: Sequence[Text], features: Iterable[str]) -> float:
    """Return FCR: the share of all features that some text speaks of.

    Args:
        texts: what was written.
        features: all features there are; repeated ones count once.

    Raises:
        InvalidArgumentError: there is no feature.

    Example:
        >>> feature_coverage(["a good screen", "the screen"], ["screen", "battery"])
        0.5
    """
    known = {tuple(plain_words(feature)) for feature in features} - {()}
    if not known:
        raise InvalidArgumentError("features", "none", "at least one word to look for")
    return len(set(chain.from_iterable(_mentioned(texts, (" ".join(words) for words in known))))) / len(known)


def feature_diversity(texts: Sequence[Text], features: Iterable[str]) -> float:
    """Return DIV: how many features two texts share on average, over all pairs; lower is more diverse.

    NaN for fewer than two texts.

    Args:
        texts: what was written.
        features: all features there are.

    Example:
        >>> feature_diversity(["good screen", "bad screen", "battery"], ["screen", "battery"])
        0.333...
    """
    speaking = Counter(chain.from_iterable(_mentioned(texts, features)))
    pairs = len(texts) * (len(texts) - 1) / 2
    return sum(n * (n - 1) / 2 for n in speaking.values()) / pairs if pairs else float("nan")


def _mentioned(texts: Sequence[Text], features: Iterable[str]) -> list[set[tuple[str, ...]]]:
    known = {tuple(plain_words(feature)) for feature in features} - {()}
    lengths = {len(words) for words in known}
    return [{gram for length in lengths for gram in ngrams(words, length)} & known for words in cut(texts, plain_words)]
