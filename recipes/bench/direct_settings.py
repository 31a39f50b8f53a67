"""With which options the direct models are measured, and what the paper prints for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DRAWS = ("uniform", "popularity")
"""How the items beside the target are drawn; the options were chosen on lists of the first."""

CANDIDATES = 100
"""Size of a list, the target included."""

DIRECT = ("bpr", "bpr-mlp", "lightgcn")
COUNTING = ("popularity", "itemknn", "ease", "item-transition")
"""References in which nothing is drawn: one run."""

SETTINGS: Mapping[str, Mapping[str, Any]] = {}
"""By model; one that is missing keeps its defaults."""

PRINTED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "amazon-beauty": {"bpr": (0.1426, 0.0913), "bpr-mlp": (0.1381, 0.0891), "lightgcn": (0.1501, 0.0904)},
    "amazon-toys": {"bpr": (0.1023, 0.0641), "bpr-mlp": (0.1171, 0.0721), "lightgcn": (0.1121, 0.0744)},
}
"""HR@5 and NDCG@5 in table 1 of the paper of ReasonRec, direct recommendation."""


def settings_of(model: str) -> dict[str, Any]:
    """The options of a model."""
    return dict(SETTINGS.get(model, {}))


def seeds_of(model: str, seeds: int) -> int:
    """How many seeds a model is trained with, at most."""
    return 1 if model in COUNTING else seeds
