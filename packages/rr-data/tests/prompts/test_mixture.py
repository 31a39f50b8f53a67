from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import OptionError, UnknownNameError
from rr_data.prompts.mixture import mixture

PARTS = {"a": [("a", n) for n in range(300)], "b": [("b", n) for n in range(50)], "c": [("c", n) for n in range(7)]}
SIZES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 30), min_size=1).filter(
    lambda sizes: any(sizes.values())
)


@given(SIZES, st.integers(0, 99), st.integers(0, 130))
def test_every_row_once_and_resumable(sizes: dict[str, int], seed: int, start: int) -> None:
    parts = {task: [(task, n) for n in range(size)] for task, size in sizes.items()}
    whole = list(mixture(parts, seed=seed))
    assert sorted(whole) == sorted(row for part in parts.values() for row in part)
    assert whole == list(mixture(parts, seed=seed))
    assert whole[start:] == list(mixture(parts, seed=seed, start=start))
    assert whole[:start] == list(mixture(parts, seed=seed, length=start))


@given(SIZES, st.integers(0, 9), st.integers(0, 200))
def test_cycles_resume_too(sizes: dict[str, int], seed: int, start: int) -> None:
    parts = {task: list(range(size)) for task, size in sizes.items()}
    whole = list(mixture(parts, seed=seed, exhausted="cycle", length=210))
    assert len(whole) == 210
    assert whole[start:] == list(mixture(parts, seed=seed, exhausted="cycle", length=210, start=start))


def test_a_cycle_goes_through_all_rows_before_it_repeats_one() -> None:
    drawn = list(mixture({"a": range(10)}, seed=3, exhausted="cycle", length=30))
    passes = [drawn[:10], drawn[10:20], drawn[20:]]
    assert all(sorted(one) == list(range(10)) for one in passes)
    assert passes[0] != passes[1] != passes[2]


def test_resuming_far_along_crosses_blocks() -> None:
    parts = {"a": range(1000), "b": range(400)}
    tail = list(mixture(parts, seed=1, exhausted="cycle", length=200_010, start=200_000))
    assert tail == list(islice(mixture(parts, seed=1, exhausted="cycle"), 200_000, 200_010))


def test_weights_are_shares() -> None:
    drawn = Counter(row[0] for row in mixture(PARTS, {"a": 1, "b": 3}, seed=0, exhausted="cycle", length=20_000))
    assert drawn["b"] / 20_000 == pytest.approx(0.75, abs=0.02)
    assert drawn["c"] == 0


@pytest.mark.parametrize(("temperature", "share"), [(1.0, 300 / 357), (1e9, 1 / 3)])
def test_temperature(temperature: float, share: float) -> None:
    drawn = mixture(PARTS, temperature=temperature, seed=0, exhausted="cycle", length=20_000)
    assert Counter(row[0] for row in drawn)["a"] / 20_000 == pytest.approx(share, abs=0.02)


def test_dropping_keeps_the_shares_of_the_others() -> None:
    drawn = list(mixture(PARTS, {"a": 1, "b": 1, "c": 1}, seed=0))
    first, last = (Counter(row[0] for row in part) for part in (drawn[:18], drawn[-200:]))
    assert first["c"] > 2
    assert last == {"a": 200}


def test_the_seed_decides() -> None:
    assert list(mixture(PARTS, seed=0)) != list(mixture(PARTS, seed=1))


def test_any_iterable_is_a_part() -> None:
    assert sorted(mixture({"a": iter("xyz")}, seed=0)) == ["x", "y", "z"]


def test_tasks_without_rows_are_passed_over() -> None:
    assert list(mixture({"a": [], "b": [1]}, seed=0)) == [1]


@pytest.mark.parametrize(
    "options",
    [
        {"weights": {"a": -1}},
        {"weights": {"a": 0}},
        {"weights": {"a": float("nan")}},
        {"temperature": 0},
        {"temperature": float("nan")},
        {"exhausted": "stop"},
        {"start": -1},
        {"length": -1},
        {"seed": -1},
    ],
)
def test_bad_options(options: dict) -> None:
    with pytest.raises(OptionError):
        mixture(PARTS, **{"seed": 0} | options)


def test_weights_need_rows() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'direct'"):
        mixture({"direct": [1]}, {"dirct": 1}, seed=0)
    with pytest.raises(OptionError, match="no rows of ctr"):
        mixture({"direct": [1], "ctr": []}, {"direct": 1, "ctr": 1}, seed=0)
    with pytest.raises(OptionError, match="at least one task"):
        mixture({}, seed=0)
