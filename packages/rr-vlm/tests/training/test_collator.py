import numpy as np
import torch

from rr_vlm.training.collator import Collator


def row(length, evidence, images=()):
    return {
        "input_ids": np.arange(1, length + 1),
        "image_items": np.array(images, dtype=np.int64),
        "history_targets": np.r_[7, np.full(length - 1, -1)],
        "thought_targets": np.full(length, -1),
        "evidence_targets": np.full(length, -1),
        "evidence_positions": np.array(evidence, dtype=np.int64),
        "evidence_slots": np.arange(len(evidence)),
        "text_targets": np.full(length, -1),
        "answer": length,
        "label": -1,
    }


def test_rows_are_padded_on_the_left_and_positions_move_along():
    pictures = torch.arange(12.0).reshape(4, 1, 3)
    batch = Collator(pad_token=0, pictures=pictures)([row(5, [1, 3], [2]), row(3, [2], [0, 3])])
    assert batch["input_ids"].tolist() == [[1, 2, 3, 4, 5], [0, 0, 1, 2, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]]
    assert batch["history_targets"].tolist() == [[7, -1, -1, -1, -1], [-1, -1, 7, -1, -1]]
    located = batch["input_ids"].gather(1, batch["evidence_positions"])
    assert located.tolist() == [[2, 4], [3, 0]]
    assert batch["evidence_slots"].tolist() == [[0, 1], [0, -1]]
    assert torch.equal(batch["pixel_values"], pictures[[2, 0, 3]])
    assert batch["answer"].tolist() == [5, 3]


def test_no_pictures_no_evidence():
    batch = Collator(pad_token=0, pictures=None)([row(3, []), row(2, [])])
    assert batch["pixel_values"] is None
    assert batch["evidence_slots"].shape == (2, 0)
