from __future__ import annotations

import numpy as np
import pytest

from rr_tools import InvalidDataError, ItemAttributes


def test_names_become_codes_in_order():
    attributes = ItemAttributes.of_names([["b", "a", "b"], None, [], ["c"]])
    assert (attributes.codes.tolist(), attributes.offsets.tolist()) == ([0, 1, 2], [0, 2, 2, 2, 3])
    assert (attributes.n_items, attributes.n_attributes) == (4, 3)


def test_indicators_of_items_in_any_order():
    attributes = ItemAttributes.of_names([["b", "a"], None, ["c"]])
    assert attributes.indicators(np.array([2, 0, 1, 0])).tolist() == [[0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 1, 0]]


def test_nothing_known():
    attributes = ItemAttributes.of_names([None, []])
    assert attributes.indicators(np.array([1, 0])).shape == (2, 0)


@pytest.mark.parametrize(
    ("codes", "offsets", "n_attributes", "message"),
    [
        ([0, 3], [0, 1, 2], 3, r"codes lie in 0..3; allowed: 0..2"),
        ([0, -1], [0, 1, 2], 3, "codes lie in -1..0"),
        ([0], [0, 2], 1, "rise from 0 to 1"),
        ([0, 0], [0, 2, 1, 2], 1, "rise from 0 to 2"),
        ([[0]], [0, 1], 1, "one row"),
        ([], [0], 1, "one row"),
    ],
)
def test_bad_attributes_are_named(codes, offsets, n_attributes, message):
    with pytest.raises(InvalidDataError, match=message):
        ItemAttributes(np.array(codes), np.array(offsets), n_attributes)
