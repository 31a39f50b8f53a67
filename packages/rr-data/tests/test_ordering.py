from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data import ordering
from rr_data.errors import OptionError
from rr_data.ordering import _mixed, choose_tie_policy, in_order

FAR = (-(2**63), -5, 2**40, 2**63 - 1)


def frame(users: list[int], items: list[int], times: list[int | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {"user": users, "item": items, "timestamp": times, "rating": [1.0] * len(users)},
        schema={"user": pl.Int32, "item": pl.Int32, "timestamp": pl.Int64, "rating": pl.Float32},
    )


@pytest.mark.parametrize("ties", ["file", "hash"])
def test_by_user_then_time(ties: str) -> None:
    ordered = in_order(frame([1, 0, 1, 0], [5, 6, 7, 8], [2, 9, 1, 3]), ties=ties, seed=0)
    assert ordered.select("user", "item").rows() == [(0, 8), (0, 6), (1, 7), (1, 5)]


TIMES = st.one_of(st.none(), st.integers(0, 2), st.integers(1_600_000_000, 1_600_000_002), st.sampled_from(FAR))
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), TIMES, st.sampled_from([None, 1.0, 2.0])), max_size=20)


@settings(max_examples=200)
@given(ROWS, st.integers(0, 2))
def test_against_a_plain_sort(rows: list[tuple], seed: int) -> None:
    schema = {"user": pl.Int32, "item": pl.Int32, "timestamp": pl.Int64, "rating": pl.Float32}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")
    assert in_order(table, ties="file", seed=seed).equals(table.sort("user", "timestamp", maintain_order=True))
    keys = _mixed(table["user"].to_numpy(), table["item"].to_numpy(), seed)
    by_hash = table.with_columns(tie=keys).sort("user", "timestamp", "tie", "item", "rating", maintain_order=True)
    assert in_order(table, ties="hash", seed=seed).equals(by_hash.drop("tie"))


def test_longer_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = frame([0, 1, 0, 1, 0, 1, 0], [0, 1, 2, 3, 4, 5, 6], [5, 5, 5, 4, 5, 5, 3])
    whole = in_order(rows, ties="hash", seed=0)
    monkeypatch.setattr(ordering, "_CHUNK", 2)
    assert in_order(rows, ties="hash", seed=0).equals(whole)


def test_file_keeps_the_order_of_ties() -> None:
    ordered = in_order(frame([0] * 4, [3, 1, 2, 0], [1, 1, 1, 1]), ties="file", seed=0)
    assert ordered["item"].to_list() == [3, 1, 2, 0]


def test_rows_without_times_keep_their_order() -> None:
    ordered = in_order(frame([1, 0, 1], [3, 1, 2], [None] * 3), ties="file", seed=0)
    assert ordered["item"].to_list() == [1, 3, 2]


def test_the_order_within_ties_tells_nothing_about_codes() -> None:
    n_users, n_items = 2000, 10
    rows = frame(
        np.repeat(np.arange(n_users), n_items).tolist(), list(range(n_items)) * n_users, [0] * n_users * n_items
    )
    last = in_order(rows, ties="hash", seed=1)["item"].to_numpy().reshape(n_users, n_items)[:, -1]
    shares = np.bincount(last, minlength=n_items) / n_users
    assert np.abs(shares - 1 / n_items).max() < 0.03
    other = in_order(rows, ties="hash", seed=2)["item"].to_numpy().reshape(n_users, n_items)[:, -1]
    assert 0.05 < (last == other).mean() < 0.15


@pytest.mark.parametrize(
    ("times", "wanted", "chosen"), [([1], None, "hash"), ([None], None, "file"), ([1], "file", "file")]
)
def test_choice(times: list[int | None], wanted: str | None, chosen: str) -> None:
    assert choose_tie_policy(frame([0], [0], times), wanted) == chosen


def test_unknown_policy() -> None:
    with pytest.raises(OptionError, match="file or hash"):
        choose_tie_policy(frame([0], [0], [1]), "coin")
