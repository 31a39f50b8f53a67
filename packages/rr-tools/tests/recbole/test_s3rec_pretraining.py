from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools import ItemAttributes, TrainingRun  # noqa: E402
from rr_tools.recbole.s3rec import S3RecEncoder  # noqa: E402
from rr_tools.recbole.s3rec_pretraining import make_batch, pretrain, pretraining_loss  # noqa: E402
from rr_tools.recbole.seeding import seeded  # noqa: E402
from rr_tools.recbole.sequential_config import S3RecConfig  # noqa: E402

N_ITEMS, MASK = 40, 41


@pytest.mark.parametrize("length", [1, 2, 3, 8])
def test_a_batch_is_masked_as_the_paper_says(length):
    rng = np.random.default_rng(0)
    items = np.array([rng.choice(N_ITEMS, length, replace=False) + 1 for _ in range(200)])
    batch = make_batch(items, N_ITEMS, 0.3, rng)
    masked = batch.masked == MASK
    np.testing.assert_array_equal(batch.masked[~masked], items[~masked])
    assert masked.mean() == pytest.approx(0.3, abs=0.1)
    np.testing.assert_array_equal(batch.negatives[~masked], items[~masked])
    taken = (batch.negatives[:, :, None] == items[:, None, :]).any(axis=2)
    assert not taken[masked].any()
    inside = batch.segment != MASK
    np.testing.assert_array_equal(batch.segment[inside], items[inside])
    np.testing.assert_array_equal(batch.without_segment, np.where(inside, MASK, items))
    np.testing.assert_array_equal(batch.other_segment != MASK, inside)
    assert set(inside.sum(axis=1)) == set(range(1, max(1, length // 2) + 1))
    starts = np.diff(np.pad(inside.astype(int), ((0, 0), (1, 0))), axis=1) == 1
    assert (starts.sum(axis=1) == 1).all()  # one stretch each


def test_other_segments_are_consecutive_items_of_the_batch():
    rng = np.random.default_rng(1)
    items = np.arange(1, 25).reshape(3, 8)
    batch = make_batch(items, N_ITEMS, 0.2, rng)
    for row in batch.other_segment:
        segment = row[row != MASK]
        np.testing.assert_array_equal(np.diff(segment), 1)


def test_where_everything_is_taken_a_negative_is_still_an_item():
    batch = make_batch(np.array([[1, 2]]), 2, 0.99, np.random.default_rng(0))
    assert set(batch.negatives.ravel()) <= {1, 2}


def attributes_of(ring):
    return replace(ring, attributes=ItemAttributes.of_names([[f"colour {item % 4}"] for item in range(ring.n_items)]))


def test_pretraining_learns_the_attributes_of_masked_items(ring):
    data = attributes_of(ring)
    config = S3RecConfig(
        hidden_size=16, inner_size=32, max_length=8, hidden_dropout=0.0, attention_dropout=0.0,
        pretraining_epochs=25, pretraining_learning_rate=0.02, pretraining_batch_size=32,
    )  # fmt: skip
    with seeded(0):
        encoder = S3RecEncoder(config, data)
        pretrain(encoder, data, config, TrainingRun(), np.random.default_rng(0))
    window = torch.arange(3, 9)[None, :] + 1  # items 3..8 of the ring, one of them masked
    window[0, 3] = encoder.model.mask_token
    with torch.no_grad():
        state = encoder.model(window)[0, 3]
        scores = encoder.model.map_norm(state) @ encoder.model.feature_embedding.weight.T
    assert scores.argmax() == data.attributes.codes[6]


def test_without_attributes_masked_items_and_segments_are_left(ring):
    data = replace(ring, attributes=None)
    encoder = S3RecEncoder(S3RecConfig(hidden_size=16, max_length=6), data)
    batch = make_batch(np.array([[1, 2, 3], [4, 5, 6]]), ring.n_items, 0.5, np.random.default_rng(0))
    pretraining_loss(encoder, batch, None).backward()
    assert encoder.model.mip_norm.weight.grad.abs().sum() > 0
    assert encoder.model.map_norm.weight.grad.abs().sum() == 0


def test_no_epochs_leave_the_network_alone(ring):
    config = S3RecConfig(hidden_size=16, pretraining_epochs=0)
    encoder = S3RecEncoder(config, ring)
    before = encoder.model.item_embedding.weight.clone()
    pretrain(encoder, ring, config, TrainingRun(), np.random.default_rng(0))
    assert torch.equal(encoder.model.item_embedding.weight, before)
