"""Picture features from a pretrained backbone's own vision tower and projector, computed once an item."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoImageProcessor

from rr_vlm.backbones.options import SMOL, PretrainedOptions
from rr_vlm.backbones.pretrained import pretrained_backbone
from rr_vlm.errors import InputError
from rr_vlm.observer.vision_features import read_picture


class BackboneVision:
    """The frozen picture side of an image-text-to-text model: its features lie in the language model's space.

    Give `vision_features(pictures, encoder=BackboneVision(options), tokens=4)` as a catalogue's pictures: prompts then
    carry a few visual tokens a picture (as VIP5 does) instead of the hundreds of the model's own, and the tower never
    runs in tuning. The features of a picture are averaged over a grid of `tokens` cells.

    Args:
        options: names the backbone.

    Raises:
        ArtifactError: it cannot be found.
        InputError: `smol`, whose tower is `EfficientNetLite0`.
    """

    def __init__(self, options: PretrainedOptions) -> None:
        """Load the model."""
        if options.source == SMOL:
            raise InputError("backbone", "'smol'", "the default of vision_features, EfficientNet-lite0")
        self.name = f"backbone/{options.source}"
        self._model: Any = pretrained_backbone(options).eval()
        self._processor = AutoImageProcessor.from_pretrained(options.source, backend="pil")
        self.width = int(self._model.config.get_text_config().hidden_size)

    @torch.inference_mode()
    def encode_files(self, pictures: Sequence[Path], *, tokens: int = 1) -> NDArray[np.float32]:
        """Return [B, tokens, width] features of picture files; `tokens` is a square number."""
        inputs = self._processor(images=[read_picture(path) for path in pictures], return_tensors="pt")
        known = {name: value.to(self._model.device) for name, value in inputs.items()}
        parts = self._model.get_image_features(**known).pooler_output
        return np.stack([_pooled(part.float(), tokens).cpu().numpy() for part in parts])


def _pooled(features: torch.Tensor, tokens: int) -> torch.Tensor:
    """Average [n, width] over a grid of `tokens` cells, or over stretches where n is no square."""
    side, cells = round(len(features) ** 0.5), round(tokens**0.5)
    rows = features.T.unsqueeze(0)
    if side * side != len(features):
        return torch.nn.functional.adaptive_avg_pool1d(rows, tokens)[0].T
    grid = rows.unflatten(2, (side, side))
    return torch.nn.functional.adaptive_avg_pool2d(grid, cells)[0].flatten(1).T
