"""ROUGE-1, ROUGE-2 and ROUGE-L (Lin, 2004)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.text.words import Text, Words, check_pairs, cut, ngrams, plain_words

Variant = Literal["1", "2", "L"]


def rouge(texts: Sequence[Text], references: Sequence[Text], *, variant: Variant = "L") -> NDArray[np.float64]:
    """Return [N] the F measure of each text's overlap with its reference; the mean is the score, in [0, 1].

    As rouge-score counts it without stemming: words are runs of ASCII letters and digits in lower case. 0 where a text
    or its reference has no word.

    Args:
        texts: what was written.
        references: what a person wrote, one for each.
        variant: `1` and `2` for n-grams, `L` for the longest common subsequence.

    Raises:
        InvalidArgumentError: not as many references as texts, none at all, or an unknown variant.

    Example:
        >>> rouge(["The room was clean."], ["the room is clean"], variant="L").tolist()
        [0.75]
    """
    check_pairs(texts, references)
    if variant not in get_args(Variant):
        raise InvalidArgumentError("variant", repr(variant), f"one of {', '.join(get_args(Variant))}")
    pairs = zip(cut(texts, plain_words), cut(references, plain_words), strict=True)
    return np.array([_f_measure(text, reference, variant) for text, reference in pairs])


def _f_measure(text: Words, reference: Words, variant: Variant) -> float:
    if variant == "L":
        return _f(common_subsequence(text, reference), len(text), len(reference))
    said, wanted = ngrams(text, int(variant)), ngrams(reference, int(variant))
    return _f((said & wanted).total(), said.total(), wanted.total())


def _f(shared: int, said: int, wanted: int) -> float:
    return 2 * shared / (said + wanted) if shared else 0.0


def common_subsequence(a: Words, b: Words) -> int:
    """Return the length of the longest common subsequence, by bits in one long integer (Hyyro, 2004).

    Example:
        >>> common_subsequence("abcde", "xaced")
        3
    """
    places: dict[str, int] = {}
    for place, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(a)) - 1
    free = full
    for word in b:
        matched = free & places.get(word, 0)
        free = (free + matched | free - matched) & full
    return len(a) - free.bit_count()
