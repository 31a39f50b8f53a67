"""The rows of a training, as Lightning takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rr_tools.explanation.explanation_data import ExplanationData, Part
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import BOS, EOS, PAD

VALIDATION_BATCH = 128


class ExplanationBatch(NamedTuple):
    """B texts of at most T - 1 words.

    Attributes:
        context: [B, 4] as of `ExplanationInputs`.
        words: [B, T + 1] `<bos>`, the text's words, `<eos>`, `<pad>` behind.
        ratings: [B] float32, NaN where unknown.
    """

    context: Tensor
    words: Tensor
    ratings: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class ExplanationRows:
    """All texts of a part; like a batch, but padded to the longest text allowed."""

    context: NDArray[np.int64]
    words: NDArray[np.int64]
    ratings: NDArray[np.float32]

    @classmethod
    def of(cls, data: ExplanationData, part: Part, inputs: ExplanationInputs) -> ExplanationRows:
        """Turn the texts of a part into codes."""
        rows = data.rows(part)
        users, items, ratings, features = data.pairs(rows)
        return cls(
            context=inputs.context(users, items, ratings, features),
            words=_padded([data.texts[row] for row in rows], inputs),
            ratings=ratings.astype(np.float32),
        )

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.words)

    def batch(self, rows: NDArray[np.int64]) -> ExplanationBatch:
        """Return some texts, without the columns that are padding for all of them."""
        words = self.words[rows]
        width = int((words != PAD).sum(axis=1).max(initial=0))
        parts = (self.context[rows], words[:, :width], self.ratings[rows])
        return ExplanationBatch(*(torch.from_numpy(part) for part in parts))


@dataclass(frozen=True, slots=True, eq=False)
class ExplanationBatches:
    """Goes over texts in batches, each time in a new order where there is a generator.

    A DataLoader would draw from torch's generator whenever it starts, and a training that goes on would not repeat
    that; here nothing does but `rng`.
    """

    rows: ExplanationRows
    size: int
    rng: np.random.Generator | None

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-len(self.rows) // self.size)

    def __iter__(self) -> Iterator[ExplanationBatch]:
        """Yield the batches."""
        order = np.arange(len(self.rows)) if self.rng is None else self.rng.permutation(len(self.rows))
        for first in range(0, len(order), self.size):
            yield self.rows.batch(order[first : first + self.size])


class ExplanationDataModule(lightning.LightningDataModule):
    """Training and validation texts of a data set.

    Attributes:
        train_rows: of the training part.
        validation_rows: of the validation part; none where there is none.
    """

    def __init__(
        self, data: ExplanationData, inputs: ExplanationInputs, *, batch_size: int, rng: np.random.Generator
    ) -> None:
        """Turn the texts into codes; `rng` draws the order of the training texts."""
        super().__init__()
        self.train_rows = ExplanationRows.of(data, "train", inputs)
        self.validation_rows = ExplanationRows.of(data, "validation", inputs)
        self.batch_size = batch_size
        self.rng = rng

    def train_dataloader(self) -> ExplanationBatches:
        """Return the training batches, in a new order each epoch."""
        return ExplanationBatches(self.train_rows, self.batch_size, self.rng)

    def val_dataloader(self) -> ExplanationBatches:
        """Return the validation batches, in order."""
        return ExplanationBatches(self.validation_rows, VALIDATION_BATCH, None)


def _padded(texts: Sequence[str], inputs: ExplanationInputs) -> NDArray[np.int64]:
    words = np.full((len(texts), inputs.longest + 2), PAD)
    for row, text in enumerate(texts):
        codes = [BOS, *inputs.vocabulary.codes(text, most=inputs.longest), EOS]
        words[row, : len(codes)] = codes
    return words
