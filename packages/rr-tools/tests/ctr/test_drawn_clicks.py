from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tools import TrainingData
from rr_tools.ctr.drawn_clicks import drawn_clicks, history_lengths

N_ITEMS = 8
sequences = st.lists(st.lists(st.integers(0, N_ITEMS - 1), min_size=1, max_size=8), min_size=1, max_size=4)


@given(sequences, st.integers(0, 3))
@settings(deadline=None)
def test_clicks_and_negatives_read_what_is_before_the_click(rows, seed):
    lengths = [len(row) for row in rows]
    data = TrainingData(
        items=np.concatenate(rows), offsets=np.cumsum([0, *lengths]), n_items=N_ITEMS, validation=[0] * len(rows)
    )
    table = drawn_clicks(data, negatives=2, rng=np.random.default_rng(seed))
    clicks = table.take(table.labels == 1)
    expected = {(user, item) for user, row in enumerate(rows) for item in [*row, 0]}
    assert len(clicks) == len(expected)
    assert set(zip(clicks.users.tolist(), clicks.items.tolist(), strict=True)) == expected
    click = None
    for place in range(len(table)):
        row = rows[table.users[place]]
        if table.labels[place]:
            click = place
            assert table.items[place] not in row[: table.history_lengths[place]]
            in_training = table.items[place] in row
            assert table.parts[place] == (0 if in_training else 1)
            assert in_training or table.history_lengths[place] == len(row)
        else:
            assert table.items[place] not in [*row, 0]
            assert table.history_lengths[place] == table.history_lengths[click]
            assert (table.users[place], table.parts[place]) == (table.users[click], table.parts[click])


def test_equal_seeds_draw_equally_and_all_negatives_are_there(ring):
    first, again, other = (drawn_clicks(ring, negatives=4, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first.items == again.items).all()
    assert (first.items != other.items).any()
    assert first.labels.mean() == pytest.approx(0.2)


def test_lengths_count_training_items_before_the_row():
    interactions = {"all_users": np.array([0, 0, 0, 0, 2]), "all_items": np.array([5, 6, 5, 7, 5])}
    trained = np.array([True, False, True, True, True])
    users, items = np.array([0, 0, 0, 0, 1, 2, 2]), np.array([7, 9, 6, 5, 5, 8, 5])
    lengths = history_lengths(users, items, **interactions, trained=trained, n_items=10)
    assert lengths.tolist() == [2, 2, 1, 0, 0, 1, 0]
