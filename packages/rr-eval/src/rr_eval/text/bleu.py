"""BLEU of a corpus (Papineni et al., 2002), in the two conventions that papers use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.statistics import Statistics
from rr_eval.text.words import Text, Words, check_pairs, cut, ngrams, spaced_words, words_13a

Convention = Literal["peter", "sacrebleu"]


def bleu(texts: Sequence[Text], references: Sequence[Text], *, n: int = 4, convention: Convention = "peter") -> float:
    """Return BLEU-n: the geometric mean of the precisions of 1- to n-grams times the brevity penalty, in [0, 1].

    Each precision is summed over the corpus and clipped by the text's reference. `peter` is the convention of PETER and
    P5: words are what white space separates, no smoothing, so 0 where an order has no match. `sacrebleu` is sacreBLEU's
    default: mteval-v13a tokens, case kept, exponential smoothing; cutting strings that way needs the extra `text`.

    Args:
        texts: what was written.
        references: what a person wrote, one for each.
        n: the longest n-gram, from 1 to 4 in papers.
        convention: `peter` or `sacrebleu`.

    Raises:
        InvalidArgumentError: not as many references as texts, none at all, n below 1, or an unknown convention.
        MissingExtraError: strings are to be cut as sacreBLEU does and it is not installed.

    Example:
        >>> round(bleu(["the room was clean and big"], ["the room was clean and quiet"], n=2), 4)
        0.8165
    """
    return bleu_statistics(texts, references, n=n, convention=convention).value


def bleu_statistics(texts: Sequence[Text], references: Sequence[Text], *, n: int, convention: Convention) -> Statistics:
    """Return BLEU as a function of sums: of each text the matches and n-grams by order, its and its reference's length.

    Raises:
        InvalidArgumentError, MissingExtraError: as `bleu`.
    """
    check_pairs(texts, references)
    if convention not in get_args(Convention):
        raise InvalidArgumentError("convention", repr(convention), f"one of {', '.join(get_args(Convention))}")
    if n < 1:
        raise InvalidArgumentError("n", n, "1 or more")
    strings = any(isinstance(text, str) for text in (*texts, *references))
    into_words = words_13a() if convention == "sacrebleu" and strings else spaced_words
    pairs = zip(cut(texts, into_words), cut(references, into_words), strict=True)
    rows = np.array([_counts(text, reference, n) for text, reference in pairs], dtype=np.float64)
    return Statistics(rows, partial(_of_sums, n=n, smooth=convention == "sacrebleu"))


def _counts(text: Words, reference: Words, n: int) -> list[int]:
    matches = [(ngrams(text, order) & ngrams(reference, order)).total() for order in range(1, n + 1)]
    totals = [max(0, len(text) - order + 1) for order in range(1, n + 1)]
    return [*matches, *totals, len(text), len(reference)]


def _of_sums(sums: NDArray[np.float64], *, n: int, smooth: bool) -> NDArray[np.float64]:
    matches, totals, length, wanted = sums[:, :n], sums[:, n : 2 * n], sums[:, -2], sums[:, -1]
    if smooth:  # the first order without a match counts half a match, the next a quarter, and so on
        matches = np.where(matches == 0, 0.5 ** np.cumsum(matches == 0, axis=1), matches)
        matches = np.where((totals > 0) & sums[:, :n].any(axis=1, keepdims=True), matches, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing written, or no match: 0
        precision = np.exp(np.log(matches / totals).mean(axis=1))
        penalty = np.exp(np.minimum(0.0, 1 - wanted / length))
    return np.asarray(np.nan_to_num(precision * penalty, nan=0.0))
