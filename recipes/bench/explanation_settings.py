"""With which options the explainers are measured, by data set and model; the validation texts decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODELS = ("attn2seq", "nrt", "peter")
COMMON: Mapping[str, Any] = {"epochs": 100, "patience": 6}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "attn2seq": {},
    "nrt": {},
    "peter": {},
}
"""By model; what is missing keeps its default."""

LONG_TEXTS: Mapping[str, Any] = {"max_words": 20, "vocabulary_size": 4000}
"""Of JSON lines, whose texts have fifty words: as many words as PETER's authors read at most."""


def settings_of(model: str, *, long_texts: bool) -> dict[str, Any]:
    """The options of a model."""
    return {**COMMON, **SETTINGS[model], **(LONG_TEXTS if long_texts else {})}
