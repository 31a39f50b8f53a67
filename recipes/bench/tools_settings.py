"""With which options the tools are measured. Chosen on the validation items of Beauty; the test items had no say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SASREC: Mapping[str, Any] = {
    "max_length": 20,
    "hidden_dropout": 0.5,
    "attention_dropout": 0.5,
    "learning_rate": 0.001,
    "batch_size": 128,
    "epochs": 70,
    "patience": 12,
}

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "sasrec": _SASREC,
    "s3rec": {"epochs": 70, "patience": 12, "pretraining_epochs": 20},
    "lightsans": {"epochs": 30, "patience": 6, "learning_rate": 0.002},
    "nextitnet": {"epochs": 50, "patience": 8, "learning_rate": 0.003, "hidden_dropout": 0.3},
}
"""By model; one that is missing keeps its defaults. `NAME+v` has the options of `NAME`."""

COUNTING = ("popularity", "item-transition", "itemknn", "ease", "text-knn", "attribute-knn")
"""Models without a stopping point to choose: they count everything but the test items."""

SLOW = ("sasrec", "s3rec", "lightsans", "nextitnet")
"""Models that train for ten minutes and more on a set of 200,000 interactions: one seed."""

PUBLISHED: Mapping[str, Mapping[str, float]] = {
    "amazon-beauty": {"sasrec": 0.0387, "s3rec": 0.0415, "lightsans": 0.0435, "nextitnet": 0.0427},
    "amazon-toys": {"sasrec": 0.0463, "s3rec": 0.0443, "lightsans": 0.0481, "nextitnet": 0.0470},
}
"""HR@5 that was printed: SASRec in the paper of S3-Rec, the others in the paper of ReasonRec."""


def settings_of(model: str) -> dict[str, Any]:
    """The options of a model."""
    return dict(SETTINGS.get(model.removesuffix("+v"), {}))


def seeds_of(model: str, seeds: int) -> int:
    """How many seeds a model is trained with, at most: nothing is drawn in counting."""
    return 1 if model in COUNTING or model.removesuffix("+v") in SLOW else seeds
