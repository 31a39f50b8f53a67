"""What the bench counts: rr-eval's BLEU-4 and ROUGE-L, and how texts are cut before."""

from __future__ import annotations

from collections.abc import Sequence

from rr_eval import bleu, rouge
from rr_tools.runtime.vocabulary import words_of

CUT_METRICS = ("BLEU-4", "ROUGE-L")
WHOLE_METRICS = (*CUT_METRICS, "sacreBLEU-4")


def text_scores(texts: Sequence[str], references: Sequence[str], *, longest: int | None = None) -> dict[str, float]:
    """Return corpus BLEU-4 without smoothing and the mean ROUGE-L, in percent, over lower-case words.

    Args:
        texts: what was written.
        references: what a person wrote.
        longest: words of a reference that count, signs included; None counts all.
    """
    written, wanted = cut(texts, None), cut(references, longest)
    return {"BLEU-4": 100.0 * bleu(written, wanted), "ROUGE-L": 100.0 * float(rouge(written, wanted).mean())}


def whole_scores(texts: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return the scores against whole references, and sacreBLEU's BLEU-4 of both as they stand, case and all."""
    sacrebleu = 100.0 * bleu(texts, references, convention="sacrebleu")
    return {**text_scores(texts, references), "sacreBLEU-4": sacrebleu}


def cut(texts: Sequence[str], longest: int | None) -> list[str]:
    """Return the first words of each text in lower case, between spaces; a sign is a word of its own."""
    return [" ".join(words_of(text)[:longest]) for text in texts]
