from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.prompts.few_per_user import few_per_user

LENGTHS = st.lists(st.integers(0, 9), max_size=6)


def places_of(lengths: list[int]) -> tuple[np.ndarray, np.ndarray]:
    users = np.repeat(np.arange(len(lengths)), lengths)
    return users, np.concatenate([np.arange(0), *map(np.arange, lengths)]).astype(np.int64)


@given(lengths=LENGTHS, per_user=st.integers(1, 5), seed=st.integers(0, 9))
def test_so_many_of_each(lengths: list[int], per_user: int, seed: int) -> None:
    users, places = places_of(lengths)
    chosen = few_per_user(users, places, per_user, seed=seed)
    assert np.all(np.diff(chosen) > 0)
    found = np.bincount(users[chosen], minlength=len(lengths))
    assert found.tolist() == [min(length, per_user) for length in lengths]


@given(lengths=LENGTHS)
def test_none_takes_all(lengths: list[int]) -> None:
    users, places = places_of(lengths)
    assert few_per_user(users, places, None, seed=0).tolist() == list(range(len(users)))


def test_other_users_do_not_matter_and_every_place_is_drawn() -> None:
    users, places = places_of([6, 6, 6])
    whole = few_per_user(users, places, 2, seed=3)
    rest = users > 0
    assert whole[users[whole] > 0].tolist() == (few_per_user(users[rest], places[rest], 2, seed=3) + 6).tolist()
    drawn = {int(places[few_per_user(users[:6], places[:6], 1, seed=seed)[0]]) for seed in range(100)}
    assert drawn == set(range(6))


@pytest.mark.parametrize(("per_user", "seed"), [(0, 0), (1, -1)])
def test_refused(per_user: int, seed: int) -> None:
    with pytest.raises(OptionError):
        few_per_user(*places_of([1]), per_user, seed=seed)
