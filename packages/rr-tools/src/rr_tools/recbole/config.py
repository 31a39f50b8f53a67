"""Options of the models that train through RecBole. Nothing here imports RecBole or torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rr_tools.configuration import check_fraction, check_positive
from rr_tools.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class SasRecConfig:
    """Options of SASRec.

    Attributes:
        hidden_size: width of item vectors and layers, a multiple of `n_heads`.
        n_layers: transformer layers.
        n_heads: attention heads.
        inner_size: width of the feed-forward layers.
        max_length: history items read, the last ones.
        hidden_dropout: dropout of embeddings and layer outputs.
        attention_dropout: dropout of attention weights.
        initializer_range: standard deviation of the initial weights.
        learning_rate: of Adam, after warm-up; falls to a tenth along a cosine.
        weight_decay: decoupled, as in AdamW.
        batch_size: windows in a batch.
        epochs: most passes over the data.
        patience: epochs without a better validation NDCG@5 before training stops.
        loss: "full" softmax, "sampled" softmax, or "auto": full up to 5,000 items.
        negatives: items the sampled softmax shares in a batch.
        validation_users: users that early stopping is decided on, at most.
    """

    hidden_size: int = 64
    n_layers: int = 2
    n_heads: int = 2
    inner_size: int = 256
    max_length: int = 15
    hidden_dropout: float = 0.3
    attention_dropout: float = 0.3
    initializer_range: float = 0.02
    learning_rate: float = 0.002
    weight_decay: float = 0.0
    batch_size: int = 64
    epochs: int = 16
    patience: int = 5
    loss: Literal["auto", "full", "sampled"] = "auto"
    negatives: int = 1500
    validation_users: int = 4000

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "hidden_size", "n_layers", "n_heads", "inner_size", "max_length", "initializer_range")
        check_positive(self, "learning_rate", "batch_size", "epochs", "patience", "negatives", "validation_users")
        check_fraction(self, "hidden_dropout", "attention_dropout")
        if self.hidden_size % self.n_heads:
            raise ConfigError(f"hidden_size is {self.hidden_size}; it must be a multiple of n_heads ({self.n_heads})")
        if self.weight_decay < 0:
            raise ConfigError(f"weight_decay is {self.weight_decay}; it must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class BprConfig:
    """Options of BPR matrix factorisation.

    Attributes:
        embedding_size: length of user and item vectors.
        learning_rate: of Adam.
        weight_decay: decoupled, as in AdamW.
        batch_size: interactions in a batch.
        epochs: most passes over the data.
        patience: epochs without a better validation NDCG@5 before training stops.
        validation_users: users that early stopping is decided on, at most.
    """

    embedding_size: int = 64
    learning_rate: float = 0.004
    weight_decay: float = 0.0
    batch_size: int = 1024
    epochs: int = 40
    patience: int = 10
    validation_users: int = 4000

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "embedding_size", "learning_rate", "batch_size", "epochs", "patience", "validation_users")
        if self.weight_decay < 0:
            raise ConfigError(f"weight_decay is {self.weight_decay}; it must not be negative")
