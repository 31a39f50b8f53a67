"""How much texts repeat each other: distinct n-grams and unique sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rr_eval.errors import InvalidArgumentError
from rr_eval.text.words import Text, cut, ngrams, spaced_words


def distinct(texts: Sequence[Text], *, n: int) -> float:
    """Return distinct-n: the different n-grams of all texts over all of them (Li et al., 2016); NaN without n-grams.

    Args:
        texts: what was written; strings are cut at white space.
        n: 1 or more.

    Raises:
        InvalidArgumentError: n is below 1.

    Example:
        >>> distinct(["a good book", "a good film"], n=2)
        0.75
    """
    if n < 1:
        raise InvalidArgumentError("n", n, "1 or more")
    counts: Counter[tuple[str, ...]] = Counter()
    for words in cut(texts, spaced_words):
        counts.update(ngrams(words, n))
    return len(counts) / counts.total() if counts else float("nan")


def unique_sentence_ratio(texts: Sequence[Text]) -> float:
    """Return USR: different texts over all texts (Li et al., "NETE", 2020); NaN without texts.

    Args:
        texts: what was written; strings are cut at white space.

    Example:
        >>> unique_sentence_ratio(["a good book", "a  good book"])
        0.5
    """
    return len({tuple(words) for words in cut(texts, spaced_words)}) / len(texts) if len(texts) else float("nan")
