from __future__ import annotations

import numpy as np
import pytest

from rr_tools import TrainingData
from rr_tools.recbole.windows import (
    Windows,
    batch_rows,
    cut_items,
    cut_windows,
    every_prefix,
    last_target,
    window_arrays,
)


def random_data(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 40, 30)
    return TrainingData(
        items=rng.integers(0, 1000, lengths.sum()), offsets=np.concatenate([[0], np.cumsum(lengths)]), n_items=1000
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("max_length", [1, 4, 100])
def test_every_transition_stands_in_exactly_one_window(seed, max_length):
    data = random_data(seed)
    windows = cut_windows(data, max_length, np.random.default_rng(seed))
    assert windows.lengths.min() >= 1
    assert windows.lengths.max() <= max_length
    covered = np.concatenate(
        [np.arange(start, start + length) for start, length in zip(windows.starts, windows.lengths, strict=True)]
    )
    last = np.zeros(len(data.items), dtype=bool)
    last[data.offsets[1:][np.diff(data.offsets) > 0] - 1] = True
    assert sorted(covered) == np.flatnonzero(~last).tolist()


def test_short_sequences_are_not_cut():
    data = TrainingData(items=np.arange(5), offsets=[0, 5], n_items=5)
    windows = cut_windows(data, 4, np.random.default_rng(0))
    assert (windows.starts.tolist(), windows.lengths.tolist()) == ([0], [4])


def test_long_sequences_are_cut_at_changing_places():
    data = TrainingData(items=np.arange(50), offsets=[0, 50], n_items=50)
    rng = np.random.default_rng(0)
    assert len({tuple(cut_windows(data, 10, rng).starts) for _ in range(20)}) > 3


@pytest.mark.parametrize("seed", range(3))
def test_batches_hold_inputs_and_the_items_after_them(seed):
    data = random_data(seed)
    windows = cut_windows(data, 7, np.random.default_rng(seed))
    pairs = []
    for rows in batch_rows(windows, 4, np.random.default_rng(seed)):
        inputs, targets = window_arrays(data, windows, rows)
        assert inputs.shape == targets.shape
        assert len(inputs) <= 4
        np.testing.assert_array_equal(inputs >= 0, targets >= 0)
        assert (inputs[:, 0] >= 0).all()
        pairs += list(zip(inputs[inputs >= 0], targets[targets >= 0], strict=True))
    expected = [
        pair
        for user in range(data.n_users)
        for pair in zip(data.sequence(user)[:-1], data.sequence(user)[1:], strict=True)
    ]
    assert sorted(pairs) == sorted(expected)


def test_users_with_one_interaction_give_nothing():
    data = TrainingData(items=[0, 1], offsets=[0, 1, 2], n_items=2)
    windows = cut_windows(data, 4, np.random.default_rng(0))
    assert len(windows) == 0
    assert batch_rows(windows, 4, np.random.default_rng(0)) == []
    assert batch_rows(windows, 4, np.random.default_rng(0), equal_lengths=True) == []


@pytest.mark.parametrize("max_length", [1, 4, 100])
def test_every_item_stands_in_exactly_one_window_of_items(max_length):
    data = random_data(3)
    windows = cut_items(data, max_length, np.random.default_rng(0))
    covered = [
        index
        for start, length in zip(windows.starts, windows.lengths, strict=True)
        for index in range(start, start + length)
    ]
    assert sorted(covered) == list(range(len(data.items)))
    assert windows.lengths.max() <= max_length


def test_every_transition_has_a_prefix():
    data = TrainingData(items=[5, 6, 7, 8, 1, 2], offsets=[0, 4, 4, 5, 6], n_items=9)
    windows = every_prefix(data, 2)
    inputs, targets = window_arrays(data, windows, np.arange(len(windows)), width=3)
    assert inputs.tolist() == [[5, -1, -1], [5, 6, -1], [6, 7, -1]]
    assert last_target(targets).tolist() == [[6, -1, -1], [-1, 7, -1], [-1, 8, -1]]


def test_batches_of_equal_lengths():
    lengths = np.random.default_rng(0).integers(1, 6, 100)
    windows = Windows(starts=np.zeros(100, dtype=np.int64), lengths=lengths)
    batches = batch_rows(windows, 8, np.random.default_rng(1), equal_lengths=True)
    assert sorted(np.concatenate(batches)) == list(range(100))
    assert all(len(rows) <= 8 and len(set(lengths[rows])) == 1 for rows in batches)
    assert len(batches) == sum(-(-int((lengths == length).sum()) // 8) for length in range(1, 6))
