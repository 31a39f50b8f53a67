"""Which explainers are measured, and the budget that each of them gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from rr_tools.explanation.config import ExplanationConfig
from rr_tools.runtime.vocabulary import words_of

MODELS: Mapping[str, str] = {
    "attn2seq": "the true rating, where there is one",
    "nrt": "nothing else",
    "peter": "nothing else",
}
"""By name, what the model knows beside user and item when it writes."""

WORDS_READ = 410_000  # words of training texts, as far as they are read, that a training sees at most
GRID: Mapping[str, Sequence[float]] = {"learning_rate": (0.003, 0.01)}


def settings(texts: Sequence[str]) -> list[dict[str, float]]:
    """Return the options to try, the same for every model; what is missing keeps the model's default.

    Args:
        texts: to train on.

    Example:
        >>> settings(["It fits."] * 50_000)[0]
        {'learning_rate': 0.003, 'epochs': 2}
    """
    longest = ExplanationConfig().max_words
    words = sum(len(words_of(text)[:longest]) for text in texts)
    epochs = max(1, WORDS_READ // words)
    return [{**dict(zip(GRID, values, strict=True)), "epochs": epochs} for values in product(*GRID.values())]
