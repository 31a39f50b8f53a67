"""BLEU-4 and ROUGE-L of texts, in percent."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from rr_tools.runtime.vocabulary import words_of

LONGEST_NGRAM = 4
_PLAIN_WORD = re.compile(r"[a-z0-9]+")


def text_scores(texts: Sequence[str], references: Sequence[str], *, longest: int | None = None) -> dict[str, float]:
    """Compare each text with its reference, word by word in lower case.

    Args:
        texts: what was written.
        references: what a person wrote.
        longest: words of a reference that count, signs included; None counts all.
    """
    written = [words_of(text) for text in texts]
    wanted = [words_of(reference)[:longest] for reference in references]
    overlaps = [rouge_l(_plain(text), _plain(reference)) for text, reference in zip(written, wanted, strict=True)]
    return {"BLEU-4": 100.0 * bleu_4(written, wanted), "ROUGE-L": 100.0 * sum(overlaps) / len(overlaps)}


def bleu_4(texts: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """Return the corpus BLEU of Papineni et al. (2002), without smoothing, one reference a text.

    As PETER and P5 count it: the geometric mean of the precisions of 1- to 4-grams, each summed over the corpus and
    clipped by the reference, times the brevity penalty. sacrebleu gives the same with `smooth_method="none"` and
    `tokenize="none"`.
    """
    found, counted = [0] * LONGEST_NGRAM, [0] * LONGEST_NGRAM
    for text, reference in zip(texts, references, strict=True):
        for size in range(1, LONGEST_NGRAM + 1):
            said, wanted = _ngrams(text, size), _ngrams(reference, size)
            found[size - 1] += (said & wanted).total()
            counted[size - 1] += said.total()
    if not all(found):
        return 0.0
    log_precision = sum(math.log(part / whole) for part, whole in zip(found, counted, strict=True)) / LONGEST_NGRAM
    lengths = sum(map(len, texts)), sum(map(len, references))
    return math.exp(log_precision + min(0.0, 1.0 - lengths[1] / lengths[0]))


def rouge_l(text: Sequence[str], reference: Sequence[str]) -> float:
    """Return the F measure of the longest common subsequence (Lin 2004), as rouge-score does without stemming."""
    common = [0] * (len(reference) + 1)
    for word in text:
        before = 0
        for place, wanted in enumerate(reference, start=1):
            above = common[place]
            common[place] = before + 1 if word == wanted else max(above, common[place - 1])
            before = above
    return 2.0 * common[-1] / (len(text) + len(reference)) if common[-1] else 0.0


def _ngrams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + size]) for start in range(len(words) - size + 1))


def _plain(words: Sequence[str]) -> list[str]:
    """Leave signs out, and cut at them: what rouge-score takes for words."""
    return _PLAIN_WORD.findall(" ".join(words))
