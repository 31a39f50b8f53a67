"""Options that every explaining model has. Nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rr_tools.configuration import check_fraction, check_positive
from rr_tools.errors import ConfigError
from rr_tools.runtime.vocabulary import SPECIAL
from rr_tools.search_space import Choices, Floats, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationConfig:
    """Options of the texts and of the training.

    Attributes:
        max_words: words of a text, signs included; longer ones are cut.
        min_count: how often a word must stand in the training texts to be known; a rarer one is never written.
        vocabulary_size: most words known, special ones included.
        dropout: share of hidden values that training drops.
        learning_rate: of Adam.
        decay: the learning rate is multiplied by it after an epoch without a better validation loss.
        batch_size: texts in a batch.
        epochs: most passes over the texts.
        patience: epochs without a better validation loss before training stops.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "learning_rate": Floats(1e-4, 1e-2, log=True),
        "dropout": Floats(0.0, 0.6),
        "batch_size": Choices.of(32, 64, 128),
    }

    max_words: int = 20
    min_count: int = 2
    vocabulary_size: int = 20_000
    dropout: float = 0.2
    learning_rate: float = 0.001
    decay: float = 0.5
    batch_size: int = 64
    epochs: int = 100
    patience: int = 5

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "max_words", "min_count", "learning_rate", "decay", "batch_size", "epochs", "patience")
        check_fraction(self, "dropout")
        if self.decay > 1:
            raise ConfigError(f"decay is {self.decay}; it must not be above 1")
        if self.vocabulary_size <= len(SPECIAL):
            raise ConfigError(f"vocabulary_size is {self.vocabulary_size}; it must be above {len(SPECIAL)}")


def check_weights(config: ExplanationConfig, *names: str) -> None:
    """Raise ConfigError unless the named weights of losses are at least zero."""
    for name in names:
        if not getattr(config, name) >= 0:
            raise ConfigError(f"{name} is {getattr(config, name)}; it must not be negative")
