from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.ids import random_codes, with_random_codes


@given(st.lists(st.text(max_size=4), min_size=1, max_size=30), st.integers(0, 99))
def test_contiguous_and_independent_of_order(ids: list[str], seed: int) -> None:
    codes = random_codes(pl.Series(ids), seed=seed, of="item")
    assert sorted(codes["item_id"]) == sorted(set(ids))
    assert codes["item"].to_list() == list(range(len(set(ids))))
    assert codes.equals(random_codes(pl.Series(ids[::-1] * 2), seed=seed, of="item"))


@given(st.lists(st.text(max_size=2), max_size=30))
def test_each_row_gets_its_code(ids: list[str]) -> None:
    table, codes = with_random_codes(pl.Series(ids, dtype=pl.String), seed=3, of="user")
    assert table.equals(random_codes(pl.Series(ids, dtype=pl.String), seed=3, of="user"))
    assert table["user_id"].gather(codes).to_list() == ids
    assert (codes.name, codes.dtype) == ("user", pl.Int32)


def test_codes_tell_nothing_of_the_ids() -> None:
    ids = pl.Series([f"{number:05}" for number in range(5000)])
    codes = random_codes(ids, seed=0, of="item").sort("item_id")["item"].cast(pl.Int64)
    following = (codes.diff() == 1).sum()
    assert following < 10
    assert abs(pl.DataFrame({"id": range(5000), "code": codes}).select(pl.corr("id", "code")).item()) < 0.05


def test_users_and_items_draw_apart() -> None:
    ids = pl.Series([str(number) for number in range(50)])
    users, items = random_codes(ids, seed=0, of="user"), random_codes(ids, seed=0, of="item")
    assert users["user_id"].to_list() != items["item_id"].to_list()


def test_negative_seed() -> None:
    with pytest.raises(OptionError, match="seed"):
        random_codes(pl.Series(["a"]), seed=-1, of="user")
