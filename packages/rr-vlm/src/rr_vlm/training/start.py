"""What a tuning run starts from: tokenizer, backbone and heads, whatever the backbone."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import torch
from transformers import PreTrainedModel

from rr_data.interfaces import answer_words
from rr_vlm.backbones.embedded import CachedLlava, EmbeddedOptions, embedded_config
from rr_vlm.backbones.options import SMOL, PretrainedOptions
from rr_vlm.backbones.pretrained import adapt, pretrained_backbone, pretrained_tokenizer
from rr_vlm.catalogue import Catalogue
from rr_vlm.deliberator import Deliberator, DeliberatorConfig
from rr_vlm.encoding import PromptEncoder
from rr_vlm.errors import InputError
from rr_vlm.tokens.thought_tokens import ThoughtTokens
from rr_vlm.tokens.tokenizer import IMAGE, PAD, build_tokenizer

Backbone: TypeAlias = EmbeddedOptions | PretrainedOptions


def start_encoder(
    backbone: Backbone, texts: Iterable[str], catalogue: Catalogue, *, tools: Sequence[str], ranks: int
) -> PromptEncoder:
    """Build the tokenizer of an embedded backbone from `texts`, or add the new tokens to a pretrained one's.

    Raises:
        VlmError: a pretrained backbone cannot be found or used.
    """
    thought = ThoughtTokens.of(tools)
    if isinstance(backbone, PretrainedOptions):
        tokenizer, items = pretrained_tokenizer(backbone, thought=thought, n_items=len(catalogue))
    else:
        tokenizer, items = build_tokenizer(_all_texts(texts, catalogue), thought=thought, n_items=len(catalogue))
    return PromptEncoder(tokenizer, items, thought, ranks=ranks)


def start_model(backbone: Backbone, encoder: PromptEncoder, catalogue: Catalogue) -> tuple[PromptEncoder, Deliberator]:
    """Build the model: item embeddings start from the catalogue's vectors, new tokens of a pretrained one from words.

    Returns:
        The encoder, told how many visual tokens a picture takes, and the model.

    Raises:
        InputError: vectors or pictures do not fit the backbone.
        VlmError: a pretrained backbone cannot be found or used.
    """
    body = _body(backbone, encoder)
    encoder = replace(encoder, visual_tokens=_visual_tokens(body, catalogue))
    config = DeliberatorConfig(
        backbone=_kind(backbone),
        backbone_config=body.config.to_dict(),
        base=asdict(backbone) if isinstance(backbone, PretrainedOptions) and backbone.lora_rank else None,
        image_token=encoder.id(IMAGE),
        projected=_projected(body, catalogue),
        n_items=encoder.items.n_items,
        item_offset=encoder.items.offset,
        thought_offset=encoder.id(encoder.thought.names[0]),
        n_thoughts=len(encoder.thought.names),
        n_slots=encoder.n_slots,
        n_ranks=encoder.ranks,
        no_yes=_no_yes(encoder),
        pad_token_id=encoder.tokenizer.pad_token_id,
        eos_token_id=encoder.tokenizer.eos_token_id,
        head_dropout=backbone.dropout,
    )
    model = Deliberator(config, body)
    if catalogue.vectors is not None:
        if catalogue.vectors.shape[1] != model.width:
            raise InputError(
                "catalogue.vectors", f"width {catalogue.vectors.shape[1]}", f"the backbone's {model.width}"
            )
        model.start_items(torch.from_numpy(catalogue.vectors))
    if isinstance(backbone, PretrainedOptions):
        model.start_thoughts(_spelled(encoder))
        if backbone.lora_rank:
            adapt(body, backbone, new_tokens=range(config.thought_offset, len(encoder.tokenizer)))
    return encoder, model


def pad_token(encoder: PromptEncoder) -> int:
    """Return the id of the padding."""
    return int(encoder.tokenizer.pad_token_id)


def _body(backbone: Backbone, encoder: PromptEncoder) -> PreTrainedModel:
    if isinstance(backbone, PretrainedOptions):
        return pretrained_backbone(backbone, vocabulary=len(encoder.tokenizer))
    config = embedded_config(
        backbone, vocabulary=len(encoder.tokenizer), image_token=encoder.id(IMAGE), pad_token=encoder.id(PAD)
    )
    return CachedLlava(config)


def _kind(backbone: Backbone) -> str:
    if isinstance(backbone, PretrainedOptions):
        return SMOL if backbone.source == SMOL else "hub"
    return "embedded"


def _projected(body: PreTrainedModel, catalogue: Catalogue) -> bool:
    """Tell whether the pictures are features that the backbone itself made (`rr_vlm.backbone_features`)."""
    if catalogue.pictures is None or catalogue.pictures.ndim != 3 or isinstance(body, CachedLlava):
        return False
    width = body.config.get_text_config().hidden_size
    if catalogue.pictures.shape[2] != width:
        raise InputError("catalogue.pictures", f"features of width {catalogue.pictures.shape[2]}", f"width {width}")
    return True


@torch.inference_mode()
def _visual_tokens(body: Any, catalogue: Catalogue) -> int:
    """Return how many visual tokens a picture takes: cached features say it, a vision tower is asked."""
    if catalogue.pictures is None:
        return 1
    if catalogue.pictures.ndim == 3:
        return int(catalogue.pictures.shape[1])
    one = torch.from_numpy(catalogue.pictures[:1]).to(body.device, body.dtype)
    return len(body.get_image_features(pixel_values=one).pooler_output[0])


def _spelled(encoder: PromptEncoder) -> list[list[int]]:
    """Return of each thought token the words that its name is made of: `<use_bpr>` is "use bpr"."""
    texts = [name.strip("</>").replace("_", " ") for name in encoder.thought.names]
    ids: list[list[int]] = encoder.tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def _words() -> tuple[str, str]:
    words = answer_words("ctr")
    return words.negative, words.positive


def _no_yes(encoder: PromptEncoder) -> tuple[int, int]:
    """Return the first token of no and of yes, by which they are told apart."""
    no, yes = (int(ids[0]) for ids in encoder.tokenizer([*_words()], add_special_tokens=False)["input_ids"])
    return no, yes


def _all_texts(texts: Iterable[str], catalogue: Catalogue) -> Iterator[str]:
    yield from texts
    yield f"User: Assistant: {' '.join(_words())}"
    yield from catalogue.titles
    yield from (category for categories in catalogue.categories for category in categories)
