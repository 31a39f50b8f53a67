"""With which options the click-through models are measured, ours and their peers alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BUDGET: Mapping[str, Any] = {
    "embedding_size": 16,
    "hidden_size": 64,
    "hidden_layers": 2,
    "dropout": 0.1,
    "learning_rate": 0.001,
    "embedding_decay": 1e-5,
    "batch_size": 1024,
    "epochs": 30,
    "patience": 2,
}
"""What every model has, unless `OF_SET` says otherwise. Chosen on validation rows; the test rows had no say."""

OF_SET: Mapping[str, Mapping[str, Any]] = {"amazon-beauty": {"embedding_decay": 1e-3}}
"""What every model has on one set: with seven clicks a user, vectors are soon learned by heart."""

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "afn+": {"neurons": 64},
    "autoint+": {"attention_layers": 2, "attention_size": 32, "heads": 2},
    "dcnv2": {"cross_layers": 2},
    "dhen": {"ensemble_layers": 2},
    "dlrm": {},
    "finalmlp": {"heads": 2, "gate_size": 64},
    "masknet": {"structure": "serial"},
    "xdeepfm": {"maps": 16, "interaction_layers": 2},
}
"""By model, beyond the budget."""


def budget_of(dataset: str) -> dict[str, Any]:
    """What every model has on a set."""
    return {**BUDGET, **OF_SET.get(dataset, {})}


def settings_of(model: str, dataset: str = "") -> dict[str, Any]:
    """The options of a model on a set."""
    return {**budget_of(dataset), **SETTINGS[model]}
