from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rr_data.errors import DishonestEvidenceError, EvidenceError
from rr_data.prompts.honesty import HonestyGap, honesty_gaps, refuse_dishonest


def table(rate: float, *, users: int, each: int = 1, tool: str = "sasrec", seed: int = 0) -> pl.DataFrame:
    """Hits of a tool; the queries of one user hit or miss together."""
    hits = np.repeat(np.random.default_rng(seed).random(users) < rate, each)
    names = np.repeat(np.arange(users), each).astype(str)
    return pl.DataFrame({"system": [tool] * len(hits), "user_id": names, "hit": hits})


def gap(training: pl.DataFrame, validation: pl.DataFrame) -> HonestyGap:
    return honesty_gaps(training, validation, ["sasrec"])[0]


def test_many_queries_show_a_gap() -> None:
    found = gap(table(0.2, users=20_000), table(0.1, users=20_000, seed=1))
    assert found.gap == pytest.approx(1, abs=0.15)
    assert 0.2 < found.gap_at_least < found.gap
    with pytest.raises(DishonestEvidenceError, match=r"sasrec hits 0.*20000.*never saw their targets"):
        refuse_dishonest([found])
    refuse_dishonest([found], max_gap=5)


def test_a_tool_that_knows_the_targets() -> None:
    for users in (40, 1000):
        with pytest.raises(DishonestEvidenceError):
            refuse_dishonest([gap(table(1, users=users), table(0.2, users=users, seed=1))])


def test_few_users_prove_nothing() -> None:
    found = gap(table(0.10, users=100, seed=4), table(0.07, users=100, seed=8))
    refuse_dishonest([found])


def test_honest_tools_pass() -> None:
    refused = 0
    for seed in range(300):
        found = gap(table(0.1, users=80, each=5, seed=seed), table(0.1, users=80, seed=seed + 1000))
        refused += found.gap_at_least > 0.2
    assert refused <= 0.02 * 300


def test_at_the_limit_about_one_in_a_hundred_is_refused() -> None:
    refused = 0
    for seed in range(400):
        found = gap(table(0.12, users=3000, seed=seed), table(0.10, users=3000, seed=seed + 1000))
        refused += found.gap_at_least > 0.2
    assert refused <= 0.03 * 400


def test_repeated_queries_of_a_user_are_no_more_proof() -> None:
    validation = table(0.1, users=100, seed=1)
    once, often = gap(table(0.3, users=100), validation), gap(table(0.3, users=100, each=50), validation)
    assert often.hit_rate == once.hit_rate
    assert often.gap_at_least == pytest.approx(once.gap_at_least, abs=0.1)


def test_no_hit_at_all() -> None:
    found = gap(table(0, users=50), table(0, users=50))
    assert (found.hit_rate, found.gap) == (0, None)
    refuse_dishonest([found])
    refuse_dishonest([])
    with pytest.raises(DishonestEvidenceError):
        refuse_dishonest([gap(table(1, users=50), table(0, users=50))])


def test_a_tool_without_validation() -> None:
    with pytest.raises(EvidenceError, match="none by 'sasrec'"):
        honesty_gaps(table(0.1, users=9), table(0.1, users=9, tool="bpr"), ["sasrec", "bpr"])
    assert honesty_gaps(table(0.1, users=9), table(0.1, users=9), ["sasrec", "unasked"])[0].tool == "sasrec"
