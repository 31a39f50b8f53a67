"""Pretrained backbones: any image-text-to-text model of transformers, with new tokens and, by default, adapters."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model
from transformers import (
    AddedToken,
    AutoConfig,
    AutoModelForImageTextToText,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from rr_vlm.backbones.embedded import CachedLlava, CachedLlavaConfig
from rr_vlm.backbones.options import PROJECTIONS, SMOL, PretrainedOptions
from rr_vlm.backbones.smol import smol_folder
from rr_vlm.errors import ArtifactError, InputError
from rr_vlm.tokens.item_tokens import ItemTokens
from rr_vlm.tokens.thought_tokens import ThoughtTokens
from rr_vlm.tokens.tokenizer import CHAT_TEMPLATE, IMAGE, STOP

PROJECTORS = ("multi_modal_projector", "connector")


def pretrained_tokenizer(
    options: PretrainedOptions, *, thought: ThoughtTokens, n_items: int
) -> tuple[PreTrainedTokenizerBase, ItemTokens]:
    """Load a backbone's tokenizer and add `<image>`, the thought tokens and one token an item.

    Its chat template becomes the paper's (`User: ... <stop> Assistant: ...`), with its own end token as `<stop>`.

    Raises:
        ArtifactError: it cannot be found.
        InputError: its vocabulary holds a thought token already, so that theirs would not be one block.
    """
    kind = PreTrainedTokenizerFast if options.source == SMOL else AutoTokenizer
    try:
        tokenizer: Any = kind.from_pretrained(_source(options))
    except (OSError, ValueError) as error:
        raise _not_found(options, error) from error
    tokenizer.add_tokens([IMAGE], special_tokens=True)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
    known = set(tokenizer.get_vocab()).intersection(thought.names)
    if known:
        raise InputError("backbone", f"{options.name!r}, whose vocabulary has {sorted(known)}", "one without these")
    items = ItemTokens(len(tokenizer) + len(thought.names), n_items)
    names = [*thought.names, *items.names()]
    tokenizer.add_tokens([AddedToken(name, special=False, normalized=False, lstrip=True) for name in names])
    tokenizer.chat_template = CHAT_TEMPLATE.replace(STOP, tokenizer.eos_token)
    return tokenizer, items


def pretrained_backbone(options: PretrainedOptions, *, vocabulary: int | None = None) -> PreTrainedModel:
    """Load a backbone, with room for `vocabulary` tokens where that is given; its vision tower is frozen.

    Raises:
        ArtifactError: it cannot be found.
        InputError: quantised weights without a GPU.
    """
    settings: dict[str, Any] = {"dtype": getattr(torch, options.dtype), "attn_implementation": options.attention}
    if options.quantization:
        settings["quantization_config"] = _quantization(options)
    kind = CachedLlava if options.source == SMOL else AutoModelForImageTextToText
    try:
        backbone: Any = kind.from_pretrained(_source(options), **settings)
    except (OSError, ValueError) as error:
        raise _not_found(options, error) from error
    if vocabulary is not None and backbone.get_input_embeddings().weight.shape[0] != vocabulary:
        backbone.resize_token_embeddings(vocabulary, mean_resizing=False)
    for name, parameter in backbone.named_parameters():
        if "vision" in name or "visual" in name:
            parameter.requires_grad_(False)
    return backbone  # type: ignore[no-any-return]


def hidden_width(options: PretrainedOptions) -> int:
    """Return the width of a backbone's hidden states, from its configuration alone.

    Raises:
        ArtifactError: it cannot be found.
    """
    kind = CachedLlavaConfig if options.source == SMOL else AutoConfig
    try:
        config: Any = kind.from_pretrained(_source(options))
    except (OSError, ValueError) as error:
        raise _not_found(options, error) from error
    return int(config.get_text_config().hidden_size)


def adapt(backbone: PreTrainedModel, options: PretrainedOptions, *, new_tokens: range) -> None:
    """Freeze a backbone and give it adapters; the rows of `new_tokens` and the picture projector stay trainable."""
    parts = {name.rsplit(".", 1)[-1] for name, _ in backbone.named_modules()}
    inside = ".*(language_model|text_model|model)" if "language_model" not in parts else ".*language_model"
    backbone.requires_grad_(False)
    config = LoraConfig(
        r=options.lora_rank,
        lora_alpha=options.lora_alpha,
        lora_dropout=options.lora_dropout,
        # `all-linear` would adapt the vision tower as well.
        target_modules=rf"(?!.*(vision|visual)){inside}.*\.({'|'.join(PROJECTIONS)})",
        modules_to_save=[name for name in PROJECTORS if name in parts] or None,
        trainable_token_indices={"embed_tokens": list(new_tokens)},
    )
    inject_adapter_in_model(config, backbone)


def _source(options: PretrainedOptions) -> str | Path:
    return smol_folder() if options.source == SMOL else options.source


def _quantization(options: PretrainedOptions) -> BitsAndBytesConfig:
    if not torch.cuda.is_available():
        allowed = "a GPU for bitsandbytes, or no quantization"
        raise InputError("backbone.quantization", f"{options.quantization!r} on a machine without a GPU", allowed)
    if options.quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=torch.bfloat16,
        bnb_4bit_use_double_quant=True,
    )


def _not_found(options: PretrainedOptions, error: Exception) -> ArtifactError:
    first = str(error).strip().splitlines()[0]
    return ArtifactError(
        f"backbone {options.name!r}: not found: {first}; give 'embedded', 'smol', a folder, or the id of an "
        "image-text-to-text model that can be downloaded"
    )
