from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.filters import k_core, without_duplicates

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40)


def frame(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    rows = [(str(user), str(item), place, float(place)) for place, (user, item) in enumerate(pairs)]
    schema = {"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64, "rating": pl.Float32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def slow_core(rows: list[tuple[int, int]], k: int) -> list[tuple[int, int]]:
    while True:
        users, items = [user for user, _ in rows], [item for _, item in rows]
        stay = [(user, item) for user, item in rows if users.count(user) >= k and items.count(item) >= k]
        if stay == rows:
            return rows
        rows = stay


@given(PAIRS, st.integers(0, 4))
def test_core_against_the_definition(pairs: list[tuple[int, int]], k: int) -> None:
    kept = k_core(frame(pairs), k).select(pl.col("user_id", "item_id").cast(pl.Int64)).rows()
    assert kept == slow_core(pairs, k)


@given(PAIRS)
def test_first_and_last(pairs: list[tuple[int, int]]) -> None:
    rows = frame(pairs)
    places = {"first": {pair: place for place, pair in reversed(list(enumerate(pairs)))}}
    places["last"] = {pair: place for place, pair in enumerate(pairs)}
    for policy, expected in places.items():
        assert without_duplicates(rows, policy)["timestamp"].to_list() == sorted(expected.values())
    assert without_duplicates(rows, "keep").equals(rows)


def test_unknown_policy() -> None:
    with pytest.raises(OptionError, match="keep or first or last"):
        without_duplicates(frame([]), "drop")


def test_negative_k() -> None:
    with pytest.raises(OptionError):
        k_core(frame([]), -1)
