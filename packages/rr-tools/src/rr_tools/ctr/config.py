"""Options that every click-through model has. Nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rr_tools.configuration import check_fraction, check_positive
from rr_tools.errors import ConfigError
from rr_tools.search_space import Choices, Floats, Integers, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class CtrConfig:
    """Options of the rows, of the network's common parts and of its training.

    Attributes:
        embedding_size: length of a field's vector.
        hidden_size: of a hidden layer of the perceptron.
        hidden_layers: of the perceptron.
        dropout: share of its hidden values that training drops.
        learning_rate: of Adam.
        embedding_decay: L2 penalty on the fields' vectors, part of the gradient.
        batch_size: rows in a batch.
        epochs: most passes over the rows.
        patience: epochs without a better validation score before training stops; after each of them the learning rate
            falls to a tenth.
        monitor: what early stopping watches on the validation rows: `auc` or `logloss`.
        recent_items: how many of the history's last items make a field.
        negatives: drawn for each click, where the data have no click table.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "embedding_size": Choices.of(8, 16, 32),
        "hidden_size": Choices.of(64, 128, 256),
        "hidden_layers": Integers(1, 3),
        "dropout": Floats(0.0, 0.5),
        "learning_rate": Floats(3e-4, 1e-2, log=True),
        "embedding_decay": Floats(1e-7, 1e-3, log=True),
    }

    embedding_size: int = 16
    hidden_size: int = 64
    hidden_layers: int = 2
    dropout: float = 0.1
    learning_rate: float = 0.001
    embedding_decay: float = 1e-5
    batch_size: int = 1024
    epochs: int = 30
    patience: int = 2
    monitor: Literal["auc", "logloss"] = "auc"
    recent_items: int = 5
    negatives: int = 4

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "embedding_size", "hidden_size", "hidden_layers", "learning_rate", "batch_size")
        check_positive(self, "epochs", "patience", "recent_items", "negatives")
        check_fraction(self, "dropout")
        if self.embedding_decay < 0:
            raise ConfigError(f"embedding_decay is {self.embedding_decay}; it must not be negative")


def check_divides(config: CtrConfig, divisor: str, size: str) -> None:
    """Raise ConfigError unless the option `divisor` divides the option `size`."""
    if getattr(config, size) % getattr(config, divisor):
        raise ConfigError(f"{divisor} is {getattr(config, divisor)}; it must divide {size}, {getattr(config, size)}")
