"""Backbones by name: `embedded`, `smol`, or any image-text-to-text model of transformers."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from transformers import AutoConfig, AutoModelForImageTextToText, PreTrainedModel

from rr_vlm.backbones.embedded import load_embedded
from rr_vlm.errors import InputError


def load_hub(config: dict[str, Any]) -> PreTrainedModel:
    """Build an image-text-to-text model of transformers from its configuration; weights are random."""
    known = AutoConfig.for_model(**config)
    return AutoModelForImageTextToText.from_config(known)  # type: ignore[no-any-return]


BACKBONES: Mapping[str, Callable[[dict[str, Any]], PreTrainedModel]] = MappingProxyType(
    {"embedded": load_embedded, "smol": load_embedded, "hub": load_hub}
)
"""Builds an image-text-to-text model with random weights from its configuration as a dictionary, by kind."""


def build_backbone(name: str, config: dict[str, Any]) -> PreTrainedModel:
    """Build a backbone of the kind `name` from its configuration.

    Raises:
        InputError: there is no such kind; the message names the nearest.
    """
    if name not in BACKBONES:
        nearest = get_close_matches(name, BACKBONES, n=1, cutoff=0)
        raise InputError("backbone", repr(name), f"one of {sorted(BACKBONES)}; nearest is {nearest[0]!r}")
    return BACKBONES[name](config)
