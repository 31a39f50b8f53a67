from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_tools.runtime.feature_rows import FeatureRows
from rr_tools.runtime.queries import Histories

N_USERS, N_ITEMS, RECENT = 3, 5, 2
ROWS = FeatureRows(
    users=np.array([[0, 0], [1, 7], [2, 8], [3, 9]]),
    items=np.array([[0, 0, 0], [1, 4, 2], [2, 4, 0], [3, 5, 0], [4, 5, 1], [5, 6, 0]]),
    popularity=np.array([0.0, 0.25, 0.5, 0.75, 1.0]),
    recent=RECENT,
)
codes = st.integers(-2, 10)


def contexts(histories, users):
    return ROWS.contexts(np.array(users), Histories.of([np.array(row, dtype=np.int64) for row in histories], N_ITEMS))


def test_a_row_by_hand():
    context = contexts([[4, 0, 3], []], [1, 0])
    assert context.tolist() == [[2, 8, 2, 6, 1, 4], [1, 7, 0, 0, 0, 0]]
    rows = ROWS.rows(context, np.array([[0, 3], [2, 99]]))
    assert rows.tolist() == [
        [2, 8, 2, 6, 1, 4, 1, 4, 2],
        [2, 8, 2, 6, 1, 4, 4, 5, 1],
        [1, 7, 0, 0, 0, 0, 3, 5, 0],
        [1, 7, 0, 0, 0, 0, 0, 0, 0],
    ]


def test_what_is_not_known_has_code_0():
    for users in ([-1, 3, 10**12], ["somebody", "b", "c"], [0.0, 1.0, 2.0]):
        assert not contexts([[]] * 3, users).any()


def test_long_histories_share_the_last_bucket():
    assert contexts([[0] * length for length in (1, 3, 4, 511, 512, 5000)], [0] * 6)[:, 2].tolist() == [
        1,
        2,
        3,
        9,
        10,
        10,
    ]


@given(st.lists(st.tuples(codes, st.lists(codes, max_size=4), codes), max_size=5))
def test_a_row_does_not_hang_on_the_others(queries):
    users, histories, items = [query[0] for query in queries], [query[1] for query in queries], [q[2] for q in queries]
    together = ROWS.rows(contexts(histories, users), np.array(items, dtype=np.int64)[:, None]) if queries else None
    for place in range(len(queries)):
        alone = ROWS.rows(contexts(histories[place : place + 1], users[place : place + 1]), np.array([[items[place]]]))
        assert alone[0].tolist() == together[place].tolist()


def test_arrays_keep_everything():
    again = FeatureRows.from_arrays(ROWS.to_arrays())
    assert again.recent == RECENT
    assert all((getattr(again, name) == getattr(ROWS, name)).all() for name in ("users", "items", "popularity"))
