"""A trained network as it is exported and saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.ctr.fields import NAMES
from rr_tools.ctr.platt_scaling import PlattScaling
from rr_tools.layers.row_layout import RowLayout
from rr_tools.runtime.feature_rows import Field

Build = Callable[[RowLayout, Any], nn.Module]
"""Makes a network that maps rows [R, W] int64 to log-odds [R], from the rows' layout and the options."""

ALONE = -1


class ServedNetwork(nn.Module):
    """Maps rows [R, W] to calibrated log-odds [R]; its tensors tell the layout of the rows too."""

    def __init__(self, network: nn.Module, layout: RowLayout, scaling: PlattScaling) -> None:
        """Scale what `network` says."""
        super().__init__()
        self.network = network
        self.slope = nn.Buffer(torch.tensor(scaling.slope, dtype=torch.float32))
        self.intercept = nn.Buffer(torch.tensor(scaling.intercept, dtype=torch.float32))
        described = [
            (NAMES.index(field.name), field.size, field.width, NAMES.index(field.shares) if field.shares else ALONE)
            for field in layout.fields
        ]
        self.fields = nn.Buffer(torch.tensor(described))
        self.item_features = None if layout.features is None else nn.Buffer(torch.from_numpy(layout.features))

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor], build: Build, config: Any) -> ServedNetwork:
        """Build the network that `tensors`, by name, were saved from.

        Raises:
            KeyError: a tensor is missing.
            RuntimeError: names or shapes are not those of the network.
        """
        fields = tuple(
            Field(NAMES[name], size, width, "" if shares == ALONE else NAMES[shares])
            for name, size, width, shares in tensors["fields"].tolist()
        )
        features = tensors.get("item_features")
        layout = RowLayout(fields, None if features is None else features.numpy())
        served = cls(build(layout, config), layout, PlattScaling())
        served.load_state_dict(dict(tensors))
        return served

    def forward(self, rows: Tensor) -> Tensor:
        """Score rows of field codes."""
        logits: Tensor = self.network(rows)
        return self.slope * logits + self.intercept

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        """Return [size, W] rows of any codes, the unknown ones included."""
        sizes = [codes for _, codes, width, _ in self.fields.tolist() for _ in range(width)]
        return rng.integers(0, sizes, (size, len(sizes)))
