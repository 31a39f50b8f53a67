from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.sampling import unseen
from rr_data.sampling.item_pool import ItemPool
from rr_data.sampling.seen_pairs import SeenPairs
from rr_data.sampling.streams import stream_keys
from rr_data.sampling.unseen import draw_unseen

N_ITEMS = 30
HISTORIES = st.lists(st.sets(st.integers(0, N_ITEMS - 1), max_size=N_ITEMS), min_size=1, max_size=8)
WEIGHTS = st.lists(st.sampled_from([0, 1, 5, 1000]), min_size=N_ITEMS, max_size=N_ITEMS)


def draw(
    histories: dict[int, set[int]], wanted: dict[int, int], pool: ItemPool, *, seed: int = 0
) -> dict[int, list[int]]:
    pairs = np.array([(user, item) for user, items in histories.items() for item in items], dtype=np.int64)
    seen = SeenPairs.of(*pairs.reshape(-1, 2).T, n_items=pool.n_items)
    users = np.array(sorted(wanted), dtype=np.int64)
    numbers = np.array([wanted[user] for user in users.tolist()], dtype=np.int64)
    drawn = draw_unseen(users, numbers, stream_keys(seed, users), pool=pool, seen=seen)
    return dict(zip(users.tolist(), [items.tolist() for items in drawn], strict=True))


@settings(deadline=None)
@given(HISTORIES, WEIGHTS, st.data())
def test_distinct_unseen_and_as_many_as_there_are(
    histories: list[set[int]], weights: list[int], data: st.DataObject
) -> None:
    known = dict(enumerate(histories))
    wanted = {user: data.draw(st.integers(0, N_ITEMS + 3)) for user in known}
    for pool in (ItemPool.weighted(weights), ItemPool.uniform(np.flatnonzero(weights), n_items=N_ITEMS)):
        drawn = draw(known, wanted, pool)
        allowed = set(np.flatnonzero(weights).tolist())
        for user, items in drawn.items():
            assert len(set(items)) == len(items) == min(wanted[user], len(allowed - known[user]))
            assert set(items) <= allowed - known[user]
        if wanted:  # alone, a user's draw is the same
            user = data.draw(st.sampled_from(sorted(wanted)))
            assert draw({user: known[user]}, {user: wanted[user]}, pool)[user] == drawn[user]


@settings(max_examples=20, deadline=None)
@given(HISTORIES, WEIGHTS)
def test_blocks_do_not_matter(histories: list[set[int]], weights: list[int]) -> None:
    known, pool = dict(enumerate(histories)), ItemPool.weighted(weights)
    wanted = dict.fromkeys(known, 5)
    whole = draw(known, wanted, pool)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unseen, "_BLOCK", 1)
        assert draw(known, wanted, pool) == whole


@pytest.mark.parametrize("n_items", [4, 400])
def test_successive_draws_in_proportion(n_items: int) -> None:
    """Four items of weights 1 to 4, one of them seen, two drawn: the definition, by both ways of drawing."""
    weights = np.zeros(n_items)
    weights[:4] = [1, 2, 3, 4]
    users = range(20_000)
    pool = ItemPool.weighted(weights)
    drawn = draw({user: {1} for user in users}, dict.fromkeys(users, 2), pool)
    first_two = [tuple(items) for items in drawn.values()]
    for first, second in permutations([0, 2, 3], 2):
        total = weights[[0, 2, 3]].sum()
        expected = weights[first] / total * weights[second] / (total - weights[first])
        assert first_two.count((first, second)) / len(first_two) == pytest.approx(expected, abs=0.012)


def test_both_ways_occur() -> None:
    """Three of 300 seen: streams. All but four seen: item keys. Uniform in both."""
    pool = ItemPool.uniform(np.arange(300), n_items=300)
    for unseen_items in (range(3, 300), range(4)):
        seen = set(range(300)) - set(unseen_items)
        drawn = draw(dict.fromkeys(range(3000), seen), dict.fromkeys(range(3000), 2), pool)
        counts = np.bincount(np.concatenate(list(drawn.values())), minlength=300)[list(unseen_items)]
        expected = 6000 / len(unseen_items)
        assert ((counts - expected) ** 2 / expected).sum() < 1.4 * len(unseen_items) + 20


def test_codes_out_of_range() -> None:
    with pytest.raises(OptionError, match="items"):
        SeenPairs.of([0], [3], n_items=3)
