"""Honest examples never hold a target that the honest tools have seen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recipes.demo.examples import after_cut, cut_lengths, last_items, windows
from rr_data.interfaces import Sequences

LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=8)


def distinct(lengths):
    """Sequences in which every place has an item of its own."""
    return Sequences.of([np.arange(1000 * user, 1000 * user + length) for user, length in enumerate(lengths)])


@given(LENGTHS, st.floats(0.1, 0.95), st.integers(1, 6))
def test_targets_lie_after_the_cut_and_histories_end_right_before_them(lengths, share, per_user):
    sequences = distinct(lengths)
    cut = cut_lengths(sequences.lengths, share)
    found = after_cut(sequences, cut, per_user=per_user, seed=0)
    for user, history, target in zip(found.users, found.histories, found.targets, strict=True):
        assert target not in sequences[int(user)][: cut[user]]
        assert len(history) >= 1
        assert history[-1] == target - 1
    assert np.bincount(found.users, minlength=len(lengths)).max(initial=0) <= per_user


@given(LENGTHS, st.integers(1, 7), st.integers(1, 7))
def test_windows_predict_every_item_but_the_first(lengths, size, stride):
    sequences = distinct(lengths)
    found = windows(sequences, size=size, stride=min(stride, size))
    predicted = [
        item for history, target in zip(found.histories, found.targets, strict=True) for item in [*history[1:], target]
    ]
    expected = [item for sequence in sequences for item in sequence[1:]]
    assert set(predicted) == set(expected)
    assert all(len(history) <= size for history in found.histories)


def test_the_last_items_leave_out_users_without_a_target():
    found = last_items(distinct([3, 2, 1]), np.array([7, -1, 9]))
    assert found.users.tolist() == [0, 2]
    assert found.targets.tolist() == [7, 9]


def test_drawn_examples_keep_their_order_and_do_not_repeat():
    examples = last_items(Sequences.of([[user] for user in range(50)]), np.arange(50))
    few = examples.drawn(20, seed=1)
    assert len(few) == 20
    assert (np.diff(few.users) > 0).all()
    assert few.users.tolist() == examples.drawn(20, seed=1).users.tolist() != examples.drawn(20, seed=2).users.tolist()
    assert examples.drawn(None, seed=1) is examples is examples.drawn(50, seed=1)
