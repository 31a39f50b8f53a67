"""Encoded rows to padded batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Collator:
    """Pad encoded rows on the left and look up their pictures.

    Attributes:
        pad_token: id of the padding.
        pictures: [n_items, ...] what the backbone takes as `pixel_values`, one row an item; None without pictures.
    """

    pad_token: int
    pictures: torch.Tensor | None

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor | None]:
        """Build the arguments of `Deliberator.forward`."""
        batch = self.prompts([row["input_ids"] for row in rows], [row["image_items"] for row in rows])
        length = batch["input_ids"].shape[1]
        lengths = [len(row["input_ids"]) for row in rows]
        for name in ("history_targets", "thought_targets", "evidence_targets", "text_targets"):
            batch[name] = torch.from_numpy(_left([row[name] for row in rows], -1, length))
        batch |= self.evidence(
            [np.asarray(row["evidence_positions"]) + length - own for row, own in zip(rows, lengths, strict=True)],
            [row["evidence_slots"] for row in rows],
        )
        for name in ("answer", "label"):
            batch[name] = torch.tensor([row[name] for row in rows])
        return batch

    def prompts(self, ids: Sequence[Any], image_items: Sequence[Any]) -> dict[str, Any]:
        """Pad token ids, and look up the pictures."""
        length = max(len(row) for row in ids)
        shown = np.concatenate([np.asarray(codes, dtype=np.int64) for codes in image_items])
        has_pictures = self.pictures is not None and len(shown) > 0
        return {
            "input_ids": torch.from_numpy(_left(ids, self.pad_token, length)),
            "attention_mask": torch.from_numpy(_left([np.ones(len(row), dtype=np.int64) for row in ids], 0, length)),
            "pixel_values": self.pictures[torch.from_numpy(shown)]
            if has_pictures and self.pictures is not None
            else None,
        }

    def evidence(self, positions: Sequence[Any], slots: Sequence[Any]) -> dict[str, torch.Tensor]:
        """Pad evidence positions (in the padded prompt) and slots on the right."""
        width = max(len(row) for row in slots)
        return {
            "evidence_positions": torch.from_numpy(_right(positions, 0, width)),
            "evidence_slots": torch.from_numpy(_right(slots, -1, width)),
        }


def _left(rows: Sequence[Any], value: int, length: int) -> NDArray[np.int64]:
    padded = np.full((len(rows), length), value, dtype=np.int64)
    for place, row in enumerate(rows):
        if len(row):
            padded[place, length - len(row) :] = row
    return padded


def _right(rows: Sequence[Any], value: int, length: int) -> NDArray[np.int64]:
    padded = np.full((len(rows), length), value, dtype=np.int64)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return padded
