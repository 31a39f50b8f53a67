from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data import factorize as module
from rr_data.factorize import factorize


def check(ids: list[str]) -> None:
    series = pl.Series(ids, dtype=pl.String)
    distinct, places = factorize(series)
    assert distinct.gather(places).to_list() == ids
    assert distinct.to_list() == sorted(set(ids))
    assert places.dtype == np.int32


@given(st.lists(st.text(max_size=3)))
def test_every_row_leads_to_its_string(ids: list[str]) -> None:
    check(ids)


def test_longer_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 7)
    check([str(number * number % 23) for number in range(100)])


def test_many_distinct_strings() -> None:
    check([f"u{number % 30_011}" for number in range(70_000)])


def test_strings_that_share_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl.Series, "hash", lambda self: (self.str.len_bytes() % 2).cast(pl.UInt64))
    check(["a", "bb", "c", "a", "dd"])
