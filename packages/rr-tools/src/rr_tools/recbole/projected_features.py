"""Item vectors computed from what is known about the items, in the place of a learned embedding."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rr_tools.item_features import standardized

INITIAL_SCALE = 0.02


class ProjectedFeatures(nn.Module):
    """Stands where RecBole has `nn.Embedding(rows, width, padding_idx=0)`: row c + 1 is the vector of item code c.

    The features are standardised column by column and pass two layers, the same for all items, so an item that was
    never seen in training gets a vector as good as its features. Rows behind the items (S3-Rec's mask token) are
    learned.
    """

    def __init__(self, features: NDArray[np.float32], width: int, rows: int) -> None:
        """Project `features` [n_items, F] to `width`; NaN counts as the column's mean."""
        super().__init__()
        # Not persistent: what is saved is learned, and the features come with the data.
        self.features = nn.Buffer(torch.from_numpy(standardized(features)), persistent=False)
        last = nn.Linear(width, width)
        nn.init.normal_(last.weight, std=INITIAL_SCALE)
        nn.init.zeros_(last.bias)
        self.projection = nn.Sequential(nn.Linear(features.shape[1], width), nn.GELU(), last)
        self.behind = nn.Parameter(torch.randn(rows - 1 - len(features), width) * INITIAL_SCALE)

    @property
    def weight(self) -> Tensor:
        """[rows, width] all vectors, computed anew; row 0, the padding, is zero."""
        vectors: Tensor = self.projection(self.features)
        return torch.cat([torch.zeros(1, vectors.size(1)), vectors, self.behind])

    def forward(self, rows: Tensor) -> Tensor:
        """Return [..., width] the vectors of `rows`."""
        return functional.embedding(rows, self.weight, padding_idx=0)
