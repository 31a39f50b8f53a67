"""Adapters merged into their backbone: a plain model that is faster to ask, can grow, and can be exported."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from peft.utils.other import ModulesToSaveWrapper, TrainableTokensWrapper
from torch import nn

from rr_vlm.deliberator import Deliberator


@torch.no_grad()
def merge_adapters(model: Deliberator) -> Deliberator:
    """Return a copy without adapters that computes the same; a model without any is returned as it is."""
    if model.config.base is None:
        return model
    merged = deepcopy(model)
    for name, module in list(merged.backbone.named_modules()):
        plain = _plain(module)
        if plain is not None:
            parent, _, child = name.rpartition(".")
            setattr(merged.backbone.get_submodule(parent), child, plain)
    merged.backbone.requires_grad_(True)
    merged.config.base = None
    merged.config.backbone_config = merged.backbone.config.to_dict()
    return merged


def _plain(module: Any) -> nn.Module | None:
    """Return the module that takes an adapted one's place, or None where it is not adapted."""
    if isinstance(module, LoraLayer):
        module.merge()
        return module.get_base_layer()
    if isinstance(module, ModulesToSaveWrapper):
        return module.modules_to_save["default"]
    if isinstance(module, TrainableTokensWrapper):
        module.token_adapter.merge()
        return module.token_adapter.base_layer
    return None
