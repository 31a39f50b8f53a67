"""Which explainers are measured, and the budget that each of them gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

MODELS: Mapping[str, str] = {
    "attn2seq": "the true rating, where there is one",
    "nrt": "nothing else",
    "peter": "nothing else",
}
"""By name, what the model knows beside user and item when it writes."""

TEXTS_READ = 40_000  # training texts that a training reads at most, epoch by epoch
GRID: Mapping[str, Sequence[float]] = {"learning_rate": (0.001, 0.003, 0.01)}


def settings(n_texts: int) -> list[dict[str, float]]:
    """Return the options to try, the same for every model; what is missing keeps the model's default.

    Args:
        n_texts: texts to train on.

    Example:
        >>> settings(10_000)[0]
        {'learning_rate': 0.001, 'epochs': 4}
    """
    epochs = max(1, TEXTS_READ // n_texts)
    return [{**dict(zip(GRID, values, strict=True)), "epochs": epochs} for values in product(*GRID.values())]
