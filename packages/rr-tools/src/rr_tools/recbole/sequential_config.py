"""Options of the sequential models. Nothing here imports RecBole or torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rr_tools.configuration import check_fraction, check_positive
from rr_tools.errors import ConfigError
from rr_tools.search_space import Choices, Floats, Integers, SearchSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialConfig:
    """Options that all sequential models share.

    Attributes:
        hidden_size: width of item vectors and layers.
        max_length: history items read, the last ones.
        hidden_dropout: dropout of embeddings and layer outputs.
        learning_rate: of Adam, after warm-up; falls to a tenth along a cosine.
        weight_decay: decoupled, as in AdamW.
        batch_size: windows in a batch.
        epochs: most passes over the data.
        patience: epochs without a better validation NDCG@5 before training stops.
        loss: "full" softmax, "sampled" softmax with negatives shared by the batch, "auto" (full up to 5,000 items), or
            "recbole": the network's own `calculate_loss`, from the last position of every prefix.
        negatives: items the sampled softmax shares in a batch.
        validation_users: users that early stopping is decided on, at most.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        "hidden_size": Choices.of(32, 64, 128),
        "max_length": Integers(10, 50, log=True),
        "hidden_dropout": Floats(0.0, 0.7),
        "learning_rate": Floats(3e-4, 1e-2, log=True),
        "batch_size": Choices.of(64, 128, 256, 512),
    }

    hidden_size: int = 64
    max_length: int = 20
    hidden_dropout: float = 0.5
    learning_rate: float = 0.001
    weight_decay: float = 0.0
    batch_size: int = 128
    epochs: int = 60
    patience: int = 5
    loss: Literal["auto", "full", "sampled", "recbole"] = "auto"
    negatives: int = 1500
    validation_users: int = 4000

    def __post_init__(self) -> None:
        """Check ranges."""
        check_positive(self, "hidden_size", "max_length", "learning_rate", "batch_size", "epochs", "patience")
        check_positive(self, "negatives", "validation_users")
        check_fraction(self, "hidden_dropout")
        if self.weight_decay < 0:
            raise ConfigError(f"weight_decay is {self.weight_decay}; it must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerConfig(SequentialConfig):
    """Options that the attention models share, beside those of `SequentialConfig`.

    Attributes:
        n_layers: transformer layers.
        n_heads: attention heads; they divide `hidden_size`.
        inner_size: width of the feed-forward layers.
        attention_dropout: dropout of attention weights.
        initializer_range: standard deviation of the initial weights.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        **SequentialConfig.SEARCH_SPACE,
        "n_layers": Integers(1, 3),
        "n_heads": Choices.of(1, 2, 4),
        "attention_dropout": Floats(0.0, 0.7),
    }

    n_layers: int = 2
    n_heads: int = 2
    inner_size: int = 256
    attention_dropout: float = 0.5
    initializer_range: float = 0.02

    def __post_init__(self) -> None:
        """Check ranges."""
        SequentialConfig.__post_init__(self)  # super() without arguments does not know a class with slots
        check_positive(self, "n_layers", "n_heads", "inner_size", "initializer_range")
        check_fraction(self, "attention_dropout")
        if self.hidden_size % self.n_heads:
            raise ConfigError(f"hidden_size is {self.hidden_size}; it must be a multiple of n_heads ({self.n_heads})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SasRecConfig(TransformerConfig):
    """Options of SASRec; the defaults suit catalogues of a few thousand items with long histories."""

    max_length: int = 15
    hidden_dropout: float = 0.3
    attention_dropout: float = 0.3
    learning_rate: float = 0.002
    batch_size: int = 64
    epochs: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class S3RecConfig(TransformerConfig):
    """Options of S3-Rec, beside those of `TransformerConfig`.

    Attributes:
        pretraining_epochs: passes of the self-supervised pretraining; 0 leaves it out.
        pretraining_learning_rate: of Adam in the pretraining.
        pretraining_batch_size: windows in a batch of the pretraining.
        mask_ratio: share of the items that are masked.
        attribute_weight: weight of the associated attribute prediction.
        masked_item_weight: weight of the masked item prediction.
        masked_attribute_weight: weight of the masked attribute prediction.
        segment_weight: weight of the segment prediction.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        **TransformerConfig.SEARCH_SPACE,
        "pretraining_epochs": Choices.of(0, 10, 20, 50),
        "mask_ratio": Floats(0.1, 0.5),
        "attribute_weight": Floats(0.0, 1.0),
    }

    pretraining_epochs: int = 20
    pretraining_learning_rate: float = 0.001
    pretraining_batch_size: int = 256
    mask_ratio: float = 0.2
    attribute_weight: float = 0.2
    masked_item_weight: float = 1.0
    masked_attribute_weight: float = 1.0
    segment_weight: float = 0.5

    def __post_init__(self) -> None:
        """Check ranges."""
        TransformerConfig.__post_init__(self)
        check_positive(self, "pretraining_learning_rate", "pretraining_batch_size", "mask_ratio")
        check_fraction(self, "mask_ratio")
        for name in ("pretraining_epochs", "attribute_weight", "masked_item_weight", "masked_attribute_weight"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must not be negative")
        if self.segment_weight < 0:
            raise ConfigError(f"segment_weight is {self.segment_weight}; it must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class LightSansConfig(TransformerConfig):
    """Options of LightSANs, beside those of `TransformerConfig`.

    It trains from the last position of every prefix, so a batch holds fewer predictions and an epoch takes longer.

    Attributes:
        interests: latent interests that a history is pooled into.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {**TransformerConfig.SEARCH_SPACE, "interests": Integers(2, 15)}

    interests: int = 5
    batch_size: int = 512
    epochs: int = 30

    def __post_init__(self) -> None:
        """Check ranges."""
        TransformerConfig.__post_init__(self)
        check_positive(self, "interests")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextItNetConfig(SequentialConfig):
    """Options of NextItNet, beside those of `SequentialConfig`.

    Attributes:
        blocks: times the pair of residual blocks with dilations 1 and 4 is repeated.
        kernel_size: positions a convolution reads.
        regularization: weight of the norms that RecBole adds to its own loss; read with `loss="recbole"` only.
    """

    SEARCH_SPACE: ClassVar[SearchSpace] = {
        **SequentialConfig.SEARCH_SPACE,
        "blocks": Integers(1, 4),
        "kernel_size": Integers(2, 5),
    }

    blocks: int = 2
    kernel_size: int = 3
    regularization: float = 1e-5

    def __post_init__(self) -> None:
        """Check ranges."""
        SequentialConfig.__post_init__(self)
        check_positive(self, "blocks", "kernel_size")
        if self.regularization < 0:
            raise ConfigError(f"regularization is {self.regularization}; it must not be negative")
