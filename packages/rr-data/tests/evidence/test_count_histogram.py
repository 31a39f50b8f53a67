from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.evidence.count_histogram import CountHistogram

COUNTS = st.lists(st.integers(0, 40), max_size=20)


@settings(deadline=None)
@given(COUNTS, st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=5), max_size=5), st.integers(0, 3))
def test_against_counting(counts: list[int], moves: list[list[int]], newcomers: int) -> None:
    histogram = CountHistogram(np.array(counts, dtype=np.int64))
    histogram.join(newcomers)
    now = np.array(counts + [0] * newcomers, dtype=np.int64)
    for amounts in moves:
        amount = np.array(amounts[: len(now)], dtype=np.int64)
        before = now[: len(amount)].copy()
        now[: len(amount)] += amount
        histogram.move(before, now[: len(amount)])
    assert histogram.largest == max(now, default=0)
    for count in range(histogram.largest + 1):
        assert histogram.having(count) == (now == count).sum()
        assert histogram.fewer(count) == (now < count).sum()
    positive = now[now > 0]
    if len(positive):
        assert histogram.smallest_positive() == positive.min()
