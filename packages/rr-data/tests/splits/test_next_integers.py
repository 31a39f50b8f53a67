from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.ids import random_codes
from rr_data.sequences import Sequences
from rr_data.splits.leaks import next_integer_share, next_integers_hit_rate

HISTORIES = st.lists(st.lists(st.integers(0, 30), max_size=6), min_size=1, max_size=10)


@settings(deadline=None)
@given(HISTORIES, st.data())
def test_against_the_rule(histories: list[list[int]], data: st.DataObject) -> None:
    targets = data.draw(st.lists(st.integers(-1, 36), min_size=len(histories), max_size=len(histories)))
    asked = [(set(h), t) for h, t in zip(histories, targets, strict=True) if t >= 0]
    hits = [bool(h) and t in [max(h) + j for j in range(1, 6)] for h, t in asked]
    expected = sum(hits) / max(len(hits), 1)
    assert next_integers_hit_rate(Sequences.of(histories), targets) == pytest.approx(expected)


def _in_file_order(rng: np.random.Generator, *, n_users: int, n_items: int) -> list[list[int]]:
    """Sequences of items drawn by popularity, items numbered from 1 as they first appear in the file."""
    weights = 1 / np.arange(1, n_items + 1)
    drawn = [rng.choice(n_items, 6, replace=False, p=weights / weights.sum()) for _ in range(n_users)]
    numbers: dict[int, int] = {}
    return [[numbers.setdefault(int(item), len(numbers) + 1) for item in sequence] for sequence in drawn]


def test_the_rule_finds_file_order_and_not_our_codes() -> None:
    sequences = _in_file_order(np.random.default_rng(0), n_users=3000, n_items=4000)
    histories, targets = [row[:-1] for row in sequences], [row[-1] for row in sequences]
    assert next_integers_hit_rate(Sequences.of(histories), targets) > 0.05

    ids = pl.Series([str(item) for row in sequences for item in row])
    table = random_codes(ids, seed=0, of="item")
    codes = dict(zip(table["item_id"], table["item"], strict=True))
    coded = [[codes[str(item)] for item in row] for row in sequences]
    ours = next_integers_hit_rate(Sequences.of([row[:-1] for row in coded]), [row[-1] for row in coded])
    assert ours < 0.01


def test_a_model_that_learned_the_rule() -> None:
    rng = np.random.default_rng(1)
    n_items = 500
    histories = Sequences.of([rng.choice(n_items, 8, replace=False) for _ in range(400)])
    largest = np.array([history.max() for history in histories])
    rule = largest[:, None] + np.arange(1, 6)
    rule[rule >= n_items] = -1
    learned = next_integer_share(rule, histories, n_items=n_items)
    assert learned.share == pytest.approx(1)
    guesses = np.array([rng.permutation(np.setdiff1d(np.arange(n_items), history))[:5] for history in histories])
    chance = next_integer_share(guesses, histories, n_items=n_items)
    assert chance.share == pytest.approx(chance.expected, abs=0.01)
    assert chance.expected == pytest.approx(5 / 492, abs=0.001)


def test_users_without_history_or_answer_do_not_count() -> None:
    found = next_integer_share([[1, 2], [-1, -1], [4, 9]], Sequences.of([[], [1], [3]]))
    assert (found.share, found.n_users) == (0.5, 1)
    assert next_integer_share(np.empty((0, 5), int), Sequences.of([])).n_users == 0
    assert next_integers_hit_rate(Sequences.of([]), []) == 0.0


def test_bad_arguments() -> None:
    with pytest.raises(OptionError, match="targets"):
        next_integers_hit_rate(Sequences.of([[1]]), [1, 2])
    with pytest.raises(OptionError, match="k: received 0"):
        next_integers_hit_rate(Sequences.of([[1]]), [1], k=0)
    with pytest.raises(OptionError, match="rankings"):
        next_integer_share([1, 2], Sequences.of([[1], [2]]))
