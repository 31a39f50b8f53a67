from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.sequences import Sequences

LISTS = st.lists(st.lists(st.integers(0, 50), max_size=6), max_size=8)


@given(LISTS)
def test_round_trip(rows: list[list[int]]) -> None:
    sequences = Sequences.of(rows)
    assert [row.tolist() for row in sequences] == rows
    assert [sequences[index].tolist() for index in range(len(rows))] == rows
    assert sequences.lengths.tolist() == [len(row) for row in rows]


@given(LISTS, st.data())
def test_truncated(rows: list[list[int]], data) -> None:
    lengths = data.draw(st.lists(st.integers(0, 8), min_size=len(rows), max_size=len(rows)))
    cut = Sequences.of(rows).truncated(np.array(lengths, dtype=np.int64))
    assert [row.tolist() for row in cut] == [row[:length] for row, length in zip(rows, lengths, strict=True)]


def test_one_length_for_all() -> None:
    assert [row.tolist() for row in Sequences.of([[1, 2, 3], [4]]).truncated(2)] == [[1, 2], [4]]


def test_rows_are_views() -> None:
    sequences = Sequences.of([[1, 2], [3]])
    assert np.shares_memory(sequences[0], sequences.items)
    assert sequences[-1].tolist() == [3]
    assert [row.tolist() for row in sequences[:1]] == [[1, 2]]
    with pytest.raises(IndexError):
        sequences[2]


@pytest.mark.parametrize("offsets", [[], [1, 2], [0, 1], [0, 3, 2]])
def test_bad_offsets(offsets: list[int]) -> None:
    with pytest.raises(OptionError):
        Sequences(np.array([7, 8]), np.array(offsets, dtype=np.int64))


@pytest.mark.parametrize("lengths", [[1], [1, -1]])
def test_bad_lengths(lengths: list[int]) -> None:
    with pytest.raises(OptionError):
        Sequences.of([[1], [2]]).truncated(lengths)
