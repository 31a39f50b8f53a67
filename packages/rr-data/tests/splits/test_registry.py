from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError, UnknownNameError
from rr_data.ordering import in_order
from rr_data.splits.parts import PARTS
from rr_data.splits.registry import get_split, split_names

SPLITS = [
    ("leave-one-out", {}),
    ("leave-one-out", {"tested": "2"}),
    ("ratio", {}),
    ("ratio", {"every_user": "true", "shares": "6:2:2", "seed": "3"}),
    ("time_shift", {"date": "5"}),
    ("temporal", {"shares": "5:3:2"}),
    ("transfer", {"test_domains": "b"}),
]
# User, item, time, rating; every set has times on both sides of 5, two domains, and three distinct times.
ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(0, 9), st.integers(1, 5)), max_size=60).map(
    lambda rows: [*rows, (0, 1, 1, 1), (0, 2, 3, 1), (1, 3, 7, 1), (1, 4, 8, 1)]
)


def canonical(rows: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    schema = {"user": pl.Int32, "item": pl.Int32, "timestamp": pl.Int64, "rating": pl.Float32}
    ordered = in_order(pl.DataFrame(rows, schema=schema, orient="row"), ties="hash", seed=0)
    return ordered.with_columns(
        pl.when(pl.col("user") % 2 == 0).then(pl.lit("a")).otherwise(pl.lit("b")).alias("domain")
    )


@pytest.mark.parametrize(("name", "options"), SPLITS)
@settings(deadline=None)
@given(rows=ROWS, random=st.randoms())
def test_every_split(name: str, options: dict[str, str], rows: list[tuple[int, int, int, int]], random: object) -> None:
    split = get_split(name, options)
    interactions = canonical(rows)
    parts = split.assign(interactions)
    assert parts.shape == (interactions.height,)
    assert parts.dtype == np.int8
    assert set(parts.tolist()) <= set(range(len(PARTS)))

    shuffled = list(rows)
    random.shuffle(shuffled)
    again = canonical(shuffled)
    assert again.equals(interactions)
    assert split.assign(again).tolist() == parts.tolist()


@pytest.mark.parametrize(("name", "options"), SPLITS)
@settings(deadline=None)
@given(rows=ROWS)
def test_without_repeated_pairs_no_tested_item_is_in_training(
    name: str, options: dict[str, str], rows: list[tuple[int, int, int, int]]
) -> None:
    distinct = {(user, item): row for row in rows for user, item in [row[:2]]}
    interactions = canonical(list(distinct.values()))
    parts = get_split(name, options).assign(interactions)
    pairs = interactions.select("user", "item").rows()
    by_part = {part: {pair for pair, code in zip(pairs, parts, strict=True) if code == part} for part in range(4)}
    assert sum(map(len, by_part.values())) == len(pairs)
    assert max(Counter(pair for found in by_part.values() for pair in found).values()) == 1


@pytest.mark.parametrize(("name", "options"), SPLITS)
def test_nothing(name: str, options: dict[str, str]) -> None:
    assert get_split(name, options).assign(canonical([])[:0]).tolist() == []


@pytest.mark.parametrize("name", ["time_shift", "temporal"])
def test_splits_by_time_need_times(name: str) -> None:
    untimed = canonical([(0, 1, 1, 1), (0, 2, 2, 1)]).with_columns(pl.lit(None, pl.Int64).alias("timestamp"))
    with pytest.raises(OptionError, match=f"split: received '{name}'.*2 of 2"):
        get_split(name).assign(untimed)


def test_names() -> None:
    assert {get_split(name, options).name for name, options in SPLITS} == set(split_names())
    with pytest.raises(UnknownNameError, match="Did you mean 'leave_one_out'"):
        get_split("leave-one")
    with pytest.raises(UnknownNameError, match="Did you mean 'shares'"):
        get_split("ratio", {"share": "8:1:1"})
