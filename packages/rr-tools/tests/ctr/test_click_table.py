from __future__ import annotations

import numpy as np
import pytest

from rr_tools import ClickTable, InvalidDataError

GOOD = {"users": [0, 1], "items": [3, 4], "labels": [1, 0], "parts": [0, 2], "history_lengths": [0, 1]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": [3]}, r"items of the clicks has dtype int64 and shape \(1,\); it must be 2 integers"),
        ({"users": [0.5, 1.0]}, "users of the clicks has dtype float64"),
        ({"labels": [1, 2]}, "labels of the clicks lie in 1..2; allowed: 0..1"),
        ({"parts": [0, 3]}, "parts of the clicks lie in 0..3; allowed: 0..2"),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises(InvalidDataError, match=message):
        ClickTable(**{**GOOD, **changes})


def test_rows_by_part_and_by_place():
    table = ClickTable(**GOOD)
    assert len(table) == 2
    assert table.part(2).items.tolist() == [4]
    assert table.take(np.array([1, 0])).users.tolist() == [1, 0]
    assert len(table.part(1)) == 0
