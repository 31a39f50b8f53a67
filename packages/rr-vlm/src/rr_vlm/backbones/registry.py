"""Backbones by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from transformers import PreTrainedModel

from rr_vlm.backbones.embedded import load_embedded
from rr_vlm.errors import InputError

BACKBONES: Mapping[str, Callable[[dict[str, Any]], PreTrainedModel]] = MappingProxyType({"embedded": load_embedded})
"""Builds an image-text-to-text model with random weights from its configuration as a dictionary, by name."""


def build_backbone(name: str, config: dict[str, Any]) -> PreTrainedModel:
    """Build the backbone `name` from its configuration.

    Raises:
        InputError: there is no such backbone; the message names the nearest.
    """
    if name not in BACKBONES:
        nearest = get_close_matches(name, BACKBONES, n=1, cutoff=0)
        raise InputError("backbone", repr(name), f"one of {sorted(BACKBONES)}; nearest is {nearest[0]!r}")
    return BACKBONES[name](config)
