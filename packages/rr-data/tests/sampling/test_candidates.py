from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data import columns
from rr_data.errors import OptionError
from rr_data.sampling.candidates import draw_candidates, source_candidates
from rr_data.sequences import Sequences

N_ITEMS = 12
HISTORIES = st.lists(st.lists(st.integers(0, N_ITEMS - 1), max_size=9), max_size=8)


@settings(deadline=None)
@given(HISTORIES, st.integers(1, 15), st.sampled_from(["uniform", "popularity"]), st.data())
def test_lists(histories: list[list[int]], size: int, draw: str, data: st.DataObject) -> None:
    targets = [data.draw(st.sampled_from([-1, *history])) for history in histories]
    popularity = np.arange(N_ITEMS)  # item 0 is never drawn
    options = {"n_items": N_ITEMS, "size": size, "draw": draw, "popularity": popularity, "seed": 3}
    lists = draw_candidates(Sequences.of(histories), targets, **options)
    assert lists.schema == columns.CANDIDATES
    assert lists["user"].to_list() == [user for user, target in enumerate(targets) if target >= 0]
    drawable = set(range(N_ITEMS)) if draw == "uniform" else set(range(1, N_ITEMS))
    for user, items in lists.iter_rows():
        unseen = drawable - set(histories[user])
        assert items.count(targets[user]) == 1
        negatives = set(items) - {targets[user]}
        assert negatives <= unseen
        assert len(items) == 1 + len(negatives) == 1 + min(size - 1, len(unseen))

    if lists.height:  # other users do not matter
        user = lists["user"][0]
        alone = [history if other == user else [] for other, history in enumerate(histories)]
        only = [target if other == user else -1 for other, target in enumerate(targets)]
        assert draw_candidates(Sequences.of(alone), only, **options).equals(lists[:1])


def test_a_target_outside_the_history_is_no_negative() -> None:
    lists = draw_candidates(Sequences.of([[0]] * 50), [1] * 50, n_items=4, size=4, seed=0)
    assert all(sorted(items) == [1, 2, 3] for items in lists["items"].to_list())


def test_the_target_is_at_every_place_alike() -> None:
    n_users = 10_000
    targets = np.arange(n_users) % 500
    lists = draw_candidates(Sequences.of(targets[:, None].tolist()), targets, n_items=500, size=10, seed=0)
    items = np.array(lists["items"].to_list())
    places = np.bincount((items == targets[:, None]).argmax(axis=1), minlength=10)
    assert abs(places - 1000).max() < 150
    drawn = np.bincount(items.ravel(), minlength=500)
    assert abs(drawn - 200).max() < 75


def test_seeds_and_parts_differ() -> None:
    histories = Sequences.of([[1, 2]] * 20)
    base, again, other = (draw_candidates(histories, [1] * 20, n_items=900, size=5, seed=seed) for seed in (0, 0, 1))
    assert base.equals(again)
    assert not base.equals(other)
    # The lists of validation and test have no negatives in common by design: the odd one out would be the target.
    test = draw_candidates(histories, [2] * 20, n_items=900, size=5, seed=0)
    shared = [set(a) & set(b) for a, b in zip(base["items"].to_list(), test["items"].to_list(), strict=True)]
    assert sum(map(len, shared)) < 5


def test_popular_items_are_drawn_more_often() -> None:
    popularity = np.array([0, 1, 10, 100] + [1] * 50)
    lists = draw_candidates(
        Sequences.of([[0]] * 2000), [0] * 2000, n_items=54, size=2, draw="popularity", popularity=popularity, seed=0
    )
    drawn = np.bincount(np.concatenate(lists["items"].to_list()), minlength=54)
    assert drawn[3] / 2000 == pytest.approx(100 / 161, abs=0.03)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"draw": "best"}, "draw"),
        ({"draw": "popularity"}, "popularity"),
        ({"draw": "popularity", "popularity": [1, 2]}, "popularity"),
        ({"size": 0}, "size"),
        ({"n_items": 1}, "targets"),
    ],
)
def test_bad_options(options: dict[str, object], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        draw_candidates(Sequences.of([[0, 1]]), [1], **{"n_items": 3, "seed": 0, **options})


def test_a_source_has_its_own() -> None:
    users = pl.DataFrame({"user_id": ["x", "y", "z"], "user": [2, 0, 1]}, schema_overrides={"user": pl.Int32})
    items = pl.DataFrame({"item_id": list("abcd"), "item": [3, 2, 1, 0]}, schema_overrides={"item": pl.Int32})
    listed = pl.DataFrame(
        {"user_id": ["x", "gone", "z", "y", "x"], "items": [["a", "b", "a", "gone"], ["a"], ["a"], [], ["d"]]}
    )
    lists = source_candidates(listed, [1, -1, 2], users=users, items=items, seed=0)
    assert lists.schema == columns.CANDIDATES
    assert lists["user"].to_list() == [2]
    assert sorted(lists["items"][0]) == [0, 2, 3]
    assert [item for item in lists["items"][0] if item != 2] == [3, 0]
    nothing = source_candidates(listed[:0], [1, -1, 2], users=users, items=items, seed=0)
    assert (nothing.height, nothing.schema) == (0, columns.CANDIDATES)
