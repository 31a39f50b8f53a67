from __future__ import annotations

import math

import numpy as np
import pytest

from rr_data.errors import EvidenceError
from rr_data.prompts.rate_gap import gap_at_least


def test_by_hand() -> None:
    one, two = 10.5 / 101, 5.5 / 101
    error = math.sqrt((1 - one) / (100 * one) + (1 - two) / (100 * two))
    assert gap_at_least(0.10, 100, 0.05, 100) == pytest.approx(one / two * math.exp(-1.96 * error) - 1)


def test_many_queries_come_near_the_gap() -> None:
    assert gap_at_least(0.2, 10**8, 0.1, 10**8) == pytest.approx(1, abs=0.01)
    ends = [gap_at_least(0.2, n, 0.1, n) for n in (10, 100, 1000, 10_000)]
    assert ends == sorted(ends)


def test_the_interval_holds_the_true_gap() -> None:
    rng = np.random.default_rng(0)
    hits = zip(rng.binomial(500, 0.12, 4000).tolist(), rng.binomial(800, 0.10, 4000).tolist(), strict=True)
    above = sum(gap_at_least(one / 500, 500, two / 800, 800) > 0.2 for one, two in hits)
    assert 0.01 < above / 4000 < 0.035  # 2.5 % lie beyond each end


@pytest.mark.parametrize("arguments", [(0, 9, 0, 9), (1, 9, 0, 9), (0, 1, 1, 1)])
def test_all_or_nothing(arguments: tuple[float, int, float, int]) -> None:
    assert math.isfinite(gap_at_least(*arguments))


@pytest.mark.parametrize("arguments", [(0.1, 0, 0.1, 9), (0.1, 9, 0.1, 0), (1.1, 9, 0.1, 9), (0.1, 9, math.nan, 9)])
def test_bad_rates(arguments: tuple[float, int, float, int]) -> None:
    with pytest.raises(EvidenceError):
        gap_at_least(*arguments)
