"""The rows of a training, as Lightning takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import lightning
import numpy as np
import torch
from torch import Tensor

from rr_tools.ctr.click_table import TRAIN, VALIDATION, ClickTable
from rr_tools.ctr.data import CtrData
from rr_tools.ctr.fields import Fields

Batch = tuple[Tensor, Tensor]
VALIDATION_BATCH = 8192


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Rows of field codes [R, W] and labels [R] float32."""

    rows: Tensor
    labels: Tensor

    def __len__(self) -> int:
        """Return R."""
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Batches:
    """Goes over rows in batches, each time in a new order where there is a generator.

    A DataLoader would draw from torch's generator whenever it starts, and a training that goes on would not repeat
    that; here nothing does but `rng`.
    """

    rows: LabelledRows
    size: int
    rng: np.random.Generator | None

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-len(self.rows) // self.size)

    def __iter__(self) -> Iterator[Batch]:
        """Yield rows [b, W] int64 and labels [b]."""
        order = np.arange(len(self.rows)) if self.rng is None else self.rng.permutation(len(self.rows))
        for first in range(0, len(order), self.size):
            chosen = torch.from_numpy(order[first : first + self.size])
            yield self.rows.rows[chosen].long(), self.rows.labels[chosen]


class CtrDataModule(lightning.LightningDataModule):
    """Training and validation rows of a data set.

    Attributes:
        train_rows: of the training part.
        validation_rows: of the validation part; none where there is none.
        rng: draws the order of the training rows.
    """

    def __init__(
        self, data: CtrData, clicks: ClickTable, fields: Fields, *, batch_size: int, rng: np.random.Generator
    ) -> None:
        """Describe the clicks, in batches of `batch_size` rows."""
        super().__init__()
        self.train_rows = _labelled(data, clicks.part(TRAIN), fields)
        self.validation_rows = _labelled(data, clicks.part(VALIDATION), fields)
        self.batch_size = batch_size
        self.rng = rng

    def train_dataloader(self) -> Batches:
        """Return the training batches, in a new order each epoch."""
        return Batches(self.train_rows, self.batch_size, self.rng)

    def val_dataloader(self) -> Batches:
        """Return the validation batches, in order."""
        return Batches(self.validation_rows, VALIDATION_BATCH, None)


def _labelled(data: CtrData, clicks: ClickTable, fields: Fields) -> LabelledRows:
    rows, labels = fields.rows_of(data, clicks), clicks.labels.astype(np.float32)
    return LabelledRows(torch.from_numpy(rows), torch.from_numpy(labels))
