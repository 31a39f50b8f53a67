"""A reasoner with more items than it was tuned on."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from rr_data.interfaces import item_token
from rr_vlm.backbones.merging import merge_adapters
from rr_vlm.catalogue import Catalogue
from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import PromptEncoder
from rr_vlm.errors import InputError
from rr_vlm.observer.item_encoder import encode_items
from rr_vlm.observer.new_items import predict_embeddings
from rr_vlm.tokens.item_tokens import ItemTokens

Features = NDArray[np.float32]


def grown_catalogue(
    old: Catalogue, titles: Sequence[str], categories: Sequence[Sequence[str]], pictures: Features | None
) -> Catalogue:
    """Return the catalogue with new items at its end.

    Raises:
        InputError: there is no new item, or pictures do not fit the old ones.
    """
    if not len(titles) or len(titles) != len(categories):
        raise InputError("titles, categories", (len(titles), len(categories)), "one of each for each new item")
    shape = None if old.pictures is None else old.pictures.shape[1:]
    if pictures is not None and (shape is None or pictures.shape != (len(titles), *shape)):
        raise InputError("pictures", pictures.shape, f"{len(titles)} rows of shape {shape}")
    if old.pictures is not None:
        shown = np.zeros((len(titles), *old.pictures.shape[1:]), dtype=np.float32) if pictures is None else pictures
        pictures = np.concatenate([old.pictures, shown])
    return Catalogue(
        titles=[*old.titles, *titles], categories=[*old.categories, *map(list, categories)], pictures=pictures
    )


def item_features(catalogue: Catalogue, *, width: int) -> Features:
    """Return [N, width] features from text and picture alone: what a new item has."""
    pairs = zip(catalogue.titles, catalogue.categories, strict=True)
    texts = [f"{title} {' '.join(names)}" for title, names in pairs]
    vision = catalogue.pictures if catalogue.pictures is not None and catalogue.pictures.ndim == 3 else None
    return encode_items(texts, width=width, vision=vision).vectors


@torch.no_grad()
def grow(model: Deliberator, encoder: PromptEncoder, features: Features) -> tuple[Deliberator, PromptEncoder]:
    """Return model and encoder with an item token for each row of `features` that they lack; adapters are merged.

    Args:
        model: of n items; it stays as it is.
        encoder: its encoder.
        features: [n + m, F] of old and new items.
    """
    model = merge_adapters(model)
    old, count = model.config.n_items, len(features) - model.config.n_items
    known = model.item_rows().numpy()
    added = torch.from_numpy(predict_embeddings(features[:old], known, features[old:]))
    grown: Any = deepcopy(model)
    grown.backbone.resize_token_embeddings(model.config.item_offset + old + count, mean_resizing=False)
    weight = grown.backbone.get_input_embeddings().weight
    weight[-count:] = added.to(weight)
    # An item nobody has bought yet is as likely beforehand as the usual one.
    bias = torch.cat([model.item_bias, model.item_bias.median().expand(count)])
    grown.item_bias = torch.nn.Parameter(bias)
    grown.config.n_items = old + count
    grown.config.backbone_config = grown.backbone.config.to_dict()
    tokenizer = _longer(encoder, count)
    return grown, replace(encoder, tokenizer=tokenizer, items=ItemTokens(encoder.items.offset, old + count))


def _longer(encoder: PromptEncoder, count: int) -> PreTrainedTokenizerFast:
    tokenizer: Any = deepcopy(encoder.tokenizer)
    first = encoder.items.n_items
    tokenizer.add_tokens([item_token(code) for code in range(first, first + count)])
    return tokenizer  # type: ignore[no-any-return]
