"""How the bench cuts texts before rr-eval compares them."""

from __future__ import annotations

from collections.abc import Sequence

from rr_eval import bleu, rouge
from rr_tools.runtime.vocabulary import words_of

METRICS = ("BLEU-4", "sacreBLEU-4", "ROUGE-L")


def text_scores(texts: Sequence[str], references: Sequence[str], *, longest: int | None = None) -> dict[str, float]:
    """Return corpus BLEU-4 without and with smoothing and the mean ROUGE-L, in percent.

    Args:
        texts: what was written.
        references: what a person wrote.
        longest: words of a reference that count, signs included; None counts all.
    """
    written, wanted = [" ".join(words_of(text)) for text in texts], cut(references, longest)
    return {
        "BLEU-4": 100.0 * bleu(written, wanted),
        "sacreBLEU-4": 100.0 * bleu(written, wanted, convention="sacrebleu"),
        "ROUGE-L": 100.0 * float(rouge(written, wanted).mean()),
    }


def cut(references: Sequence[str], longest: int | None) -> list[str]:
    """Return the first words of each reference in lower case, between spaces; a sign is a word of its own."""
    return [" ".join(words_of(reference)[:longest]) for reference in references]
