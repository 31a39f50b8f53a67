"""The embedded backbone: a LLaVA-class model small enough to train on two CPU cores, built from a configuration.

Its vision tower is frozen and has run already: `pixel_values` are cached features, so only the projector is left of the
vision side.
"""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaModel
from transformers.modeling_outputs import BaseModelOutputWithPooling


@dataclass(frozen=True, kw_only=True)
class EmbeddedOptions:
    """Size of the embedded backbone.

    Attributes:
        width: of the hidden states and of the item embeddings.
        layers: transformer layers.
        heads: attention heads; they divide `width`.
        feed_forward: width inside the feed-forward blocks.
        dropout: on embeddings and before the item softmax. There is none inside attention: on a processor it costs a
            third of a step.
        vision_width: of one cached picture feature.
        max_length: longest prompt and completion in tokens.
    """

    width: int = 128
    layers: int = 3
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.2
    vision_width: int = 1280
    max_length: int = 1024


class CachedLlavaConfig(LlavaConfig):
    """A `LlavaConfig` whose pictures are cached features."""

    model_type = "rr_cached_llava"
    embedding_dropout: float = 0.0


class DropoutEmbedding(nn.Embedding):
    """Token embeddings with dropout while training: item embeddings overfit first."""

    dropout: float = 0.0

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Look up `input` [B, T] and drop coordinates."""
        return nn.functional.dropout(super().forward(input), self.dropout, self.training)


class CachedLlavaModel(LlavaModel):
    """LLaVA without its vision tower."""

    config: CachedLlavaConfig

    def __init__(self, config: CachedLlavaConfig) -> None:
        """Build projector and language model; the tower is the identity."""
        super().__init__(config)
        self.vision_tower = nn.Identity()
        text: Any = config.text_config
        embedding = DropoutEmbedding(text.vocab_size, text.hidden_size, text.pad_token_id)
        embedding.dropout = config.embedding_dropout
        self.language_model.embed_tokens = embedding
        self.post_init()

    def get_image_features(
        self, pixel_values: torch.Tensor, *args: object, **kwargs: object
    ) -> BaseModelOutputWithPooling:
        """Project cached features [n, tokens, vision_width] to visual tokens."""
        # LLaVA concatenates one tensor a picture.
        tokens: Any = list(self.multi_modal_projector(pixel_values))
        return BaseModelOutputWithPooling(pooler_output=tokens)


class CachedLlava(LlavaForConditionalGeneration):
    """The LLaVA class over cached picture features."""

    config_class = CachedLlavaConfig
    config: CachedLlavaConfig

    def __init__(self, config: CachedLlavaConfig) -> None:
        """Build the model with random weights."""
        super().__init__(config)
        self.model = CachedLlavaModel(config)
        self.post_init()


def embedded_config(
    options: EmbeddedOptions, *, vocabulary: int, image_token: int, pad_token: int
) -> CachedLlavaConfig:
    """Describe an embedded backbone for a tokenizer.

    Args:
        options: its size.
        vocabulary: tokens of the tokenizer.
        image_token: id of `<image>`.
        pad_token: id of the padding.
    """
    text = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=options.width,
        intermediate_size=options.feed_forward,
        num_hidden_layers=options.layers,
        num_attention_heads=options.heads,
        max_position_embeddings=options.max_length,
        tie_word_embeddings=True,
        pad_token_id=pad_token,
        bos_token_id=None,
        eos_token_id=None,
    )
    # Only its hidden size is read: it is the width of a cached feature.
    tower = CLIPVisionConfig(
        hidden_size=options.vision_width, intermediate_size=1, num_hidden_layers=0, num_attention_heads=1, image_size=14
    )
    return CachedLlavaConfig(
        text_config=text,
        vision_config=tower,
        image_token_index=image_token,
        tie_word_embeddings=True,
        embedding_dropout=options.dropout,
    )


def load_embedded(config: dict[str, Any]) -> CachedLlava:
    """Build an embedded backbone from its configuration as a dictionary; weights are random."""
    return CachedLlava(CachedLlavaConfig.from_dict(config))
