from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.ratio import Ratio


def of_lengths(lengths: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"user": np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)})


@settings(deadline=None)
@given(st.integers(0, 2000), st.integers(0, 5))
def test_plain_sizes_are_exact(n: int, seed: int) -> None:
    sizes = np.bincount(Ratio(seed=seed).assign(of_lengths([n])), minlength=3)
    assert np.abs(sizes - np.array([0.8, 0.1, 0.1]) * n).max() <= 1
    assert sizes.sum() == n


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=20), st.sampled_from(["8:1:1", "1:1:8", "1:8:1", "1:1:1"]))
def test_every_user_in_all_parts(lengths: list[int], shares: str) -> None:
    rows = of_lengths(lengths)
    parts = Ratio(shares=shares, every_user=True).assign(rows)
    wanted = np.array([float(share) for share in shares.split(":")])
    for user, length in enumerate(lengths):
        sizes = np.bincount(parts[rows["user"].to_numpy() == user], minlength=3)
        if length < 3:
            assert sizes.tolist() == [length, 0, 0]
        else:
            assert sizes.min() >= 1
            assert np.abs(sizes - wanted / wanted.sum() * length).max() <= 2


def test_seeds_and_randomness() -> None:
    rows = of_lengths([10] * 1000)
    for every_user in (False, True):
        first, again, other = (Ratio(every_user=every_user, seed=seed).assign(rows) for seed in (0, 0, 1))
        assert (first == again).all()
        assert (first != other).any()
        tested = np.flatnonzero(first == 2) % 10
        assert np.bincount(tested, minlength=10).min() > 60  # each place of a history is as likely


def test_amazon_comes_to_73_13_13() -> None:
    lengths = np.minimum(5 + np.random.default_rng(0).geometric(0.28, 5000) - 1, 40).tolist()  # median 6
    shares = np.bincount(Ratio(every_user=True).assign(of_lengths(lengths))) / sum(lengths)
    assert shares == pytest.approx([0.73, 0.135, 0.135], abs=0.02)


def test_bad_options() -> None:
    for options in ({"shares": "8:2"}, {"every_user": "x"}, {"seed": "-1"}):
        with pytest.raises(OptionError):
            Ratio(**options)
