"""Options of the direct models that train through RecBole. Nothing here imports RecBole or torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rr_tools.configuration import check_fraction, check_positive
from rr_tools.errors import ConfigError
from rr_tools.search_space import Choices, Floats, Integers, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectConfig:
    """Options that all direct models share.

    Attributes:
        embedding_size: length of user and item vectors.
        learning_rate: of Adam, after warm-up; falls to a tenth along a cosine.
        weight_decay: decoupled, as in AdamW.
        batch_size: interactions in a batch.
        epochs: most passes over the data.
        patience: epochs without a better validation NDCG@5 before training stops.
        validation_users: users that early stopping is decided on, at most.
        validation_candidates: items that each of them is asked to rank, the validation item and others that the user
            did not take, drawn uniformly; 0 asks for the whole catalogue.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "embedding_size": Choices.of(32, 64, 128),
        "learning_rate": Floats(5e-4, 2e-2, log=True),
        "weight_decay": Floats(0.0, 1.0),
    }

    embedding_size: int = 64
    learning_rate: float = 0.004
    weight_decay: float = 0.0
    batch_size: int = 1024
    epochs: int = 40
    patience: int = 10
    validation_users: int = 4000
    validation_candidates: int = 0

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "embedding_size", "learning_rate", "batch_size", "epochs", "patience", "validation_users")
        if self.weight_decay < 0:
            raise ConfigError(f"weight_decay is {self.weight_decay}; it must not be negative")
        if self.validation_candidates < 0 or self.validation_candidates == 1:
            raise ConfigError(
                f"validation_candidates is {self.validation_candidates}; it must be 0, or at least 2: the validation "
                "item and something to compare it with"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BprConfig(DirectConfig):
    """Options of BPR matrix factorisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BprMlpConfig(DirectConfig):
    """Options of BPR with a perceptron, beside those of `DirectConfig`.

    Attributes:
        hidden_size: units of the hidden layer.
        dropout: of user and item vectors.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        **DirectConfig.SEARCH_SPACE,
        "hidden_size": Choices.of(32, 64),
        "dropout": Floats(0.0, 0.6),
    }

    validation_candidates: int = 100  # to score the whole catalogue costs more than to train
    hidden_size: int = 64
    dropout: float = 0.2

    def __post_init__(self) -> None:
        """Check ranges."""
        DirectConfig.__post_init__(self)  # super() without arguments does not know a class with slots
        check_positive(self, "hidden_size")
        check_fraction(self, "dropout")


@dataclass(frozen=True, slots=True, kw_only=True)
class LightGcnConfig(DirectConfig):
    """Options of LightGCN, beside those of `DirectConfig`.

    Every step passes over the whole graph, so its batches are large.

    Attributes:
        n_layers: steps that vectors travel along the graph.
        regularization: weight of the vectors' norms in RecBole's loss.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "embedding_size": Choices.of(32, 64, 128),
        "learning_rate": Floats(5e-4, 2e-2, log=True),
        "n_layers": Integers(1, 4),
        "regularization": Floats(1e-6, 1e-2, log=True),
    }

    batch_size: int = 8192
    epochs: int = 100
    learning_rate: float = 0.005
    n_layers: int = 3
    regularization: float = 1e-4

    def __post_init__(self) -> None:
        """Check ranges."""
        DirectConfig.__post_init__(self)
        check_positive(self, "n_layers")
        if self.regularization < 0:
            raise ConfigError(f"regularization is {self.regularization}; it must not be negative")
