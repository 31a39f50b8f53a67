from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data import columns
from rr_data.errors import OptionError
from rr_data.sampling.ctr_negatives import draw_ctr_negatives
from rr_data.splits.parts import PARTS

N_ITEMS = 12
ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, N_ITEMS - 1), st.integers(0, 3)), max_size=40)


def make(rows: list[tuple[int, int, int]], **options: object) -> pl.DataFrame:
    ordered = sorted(rows, key=lambda row: row[0])
    interactions = pl.DataFrame([row[:2] for row in ordered], schema={"user": pl.Int32, "item": pl.Int32}, orient="row")
    parts = np.array([row[2] for row in ordered], dtype=np.int8)
    return draw_ctr_negatives(interactions, parts, **{"n_items": N_ITEMS, "ratio": 2, "seed": 0, **options})


@settings(deadline=None)
@given(ROWS, st.integers(0, 4), st.sampled_from(["catalogue", "part"]))
def test_clicks_and_negatives(rows: list[tuple[int, int, int]], ratio: int, pool: str) -> None:
    table = make(rows, ratio=ratio, pool=pool)
    assert table.schema == columns.CTR
    first: dict[tuple[int, int], str] = {}
    for user, item, part in sorted(rows, key=lambda row: row[0]):
        first.setdefault((user, item), PARTS[part])
    clicks = {(user, item): part for user, item, part in table.filter(label=1).drop("label").iter_rows()}
    assert clicks == {pair: part for pair, part in first.items() if part != "context"}
    assert table["user"].is_sorted()
    assert not table.select("user", "item").is_duplicated().any()

    negatives = table.filter(label=0)
    assert not {row[:2] for row in negatives.select("user", "item").iter_rows()} & set(first)
    occurring = {part: {item for _, item, code in rows if PARTS[code] == part} for part in PARTS}
    drawn_by_user: dict[int, int] = {}
    for (user, part), group in negatives.group_by("user", "part"):
        wanted = ratio * sum(key[0] == user and where == part for key, where in clicks.items())
        drawn_by_user[user] = drawn_by_user.get(user, 0) + group.height
        assert group.height <= wanted
        if pool == "part":
            assert set(group["item"]) <= occurring[part]
    if pool == "catalogue":
        for user in {user for user, _ in clicks}:
            unseen = N_ITEMS - sum(key[0] == user for key in first)
            wanted = ratio * sum(key[0] == user for key in clicks)
            assert drawn_by_user.get(user, 0) == min(wanted, unseen)


@settings(deadline=None)
@given(ROWS)
def test_other_users_do_not_matter(rows: list[tuple[int, int, int]]) -> None:
    table = make(rows)
    for user in {row[0] for row in rows}:
        assert make([row for row in rows if row[0] == user]).equals(table.filter(user=user))


def test_each_click_is_followed_by_its_own() -> None:
    table = make([(0, 1, 0), (0, 2, 1), (0, 3, 2), (0, 4, 3)], ratio=2)
    assert table["label"].to_list() == [1, 0, 0] * 3
    assert table["part"].to_list() == ["train"] * 3 + ["validation"] * 3 + ["test"] * 3
    assert 4 not in table["item"].to_list()


def test_what_there_is_is_shared_evenly() -> None:
    table = make([(0, item, item % 3) for item in range(8)], ratio=4)
    sizes = table.with_columns(pl.col("label").cum_sum().alias("click")).group_by("click").len()["len"]
    assert sorted(sizes) == [1, 1, 1, 1, 2, 2, 2, 2]  # four unseen items for eight clicks


def test_ratios_are_kept_where_there_is_enough() -> None:
    rng = np.random.default_rng(0)
    rows = [
        (user, int(item), int(rng.integers(3))) for user in range(200) for item in rng.choice(900, 7, replace=False)
    ]
    for pool in ("catalogue", "part"):
        table = make(rows, n_items=900, ratio=3, pool=pool)
        counts = table.group_by("part", "label").len().sort("part", "label")["len"].to_list()
        assert [counts[2 * j] / counts[2 * j + 1] for j in range(3)] == [3, 3, 3]


def test_bad_options() -> None:
    for options in ({"pool": "all"}, {"ratio": -1}):
        with pytest.raises(OptionError, match=next(iter(options))):
            make([(0, 1, 0)], **options)
    with pytest.raises(OptionError, match="parts"):
        draw_ctr_negatives(pl.DataFrame({"user": [0], "item": [1]}), [0, 1], n_items=3, seed=0)
