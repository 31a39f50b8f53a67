from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.describing.histogram import Histogram, log_histogram, time_histogram, unit_histogram, value_histogram

DAY = 86_400


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], {}),
        ([0], {"0": 1}),
        ([0, 1], {"0": 1, "1": 1}),
        ([4, 7, 8], {"4-7": 2, "8-15": 1}),
        ([1, 9], {"1": 1, "2-3": 0, "4-7": 0, "8-15": 1}),
    ],
)
def test_log_bins(values: list[int], expected: dict[str, int]) -> None:
    assert log_histogram(values) == Histogram(tuple(expected), tuple(expected.values()))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_every_value_is_in_its_log_bin(values: list[int]) -> None:
    histogram = log_histogram(values)
    for label, count in zip(histogram.labels, histogram.counts, strict=True):
        low, _, high = label.partition("-")
        assert count == sum(int(low) <= value <= int(high or low) for value in values)
    assert sum(histogram.counts) == len(values)


def test_unit_bins_are_closed_at_one() -> None:
    histogram = unit_histogram([0.0, 0.049, 0.05, 1.0])
    assert len(histogram.counts) == 20
    assert (histogram.counts[0], histogram.counts[1], histogram.counts[-1]) == (2, 1, 1)


def test_values_or_ranges() -> None:
    few = value_histogram(pl.Series([4.5, 5.0, 4.5, None, float("nan"), float("inf")], dtype=pl.Float32))
    assert few == Histogram(("4.5", "5"), (2, 1))
    many = value_histogram(pl.Series(range(100)))
    assert many is not None
    assert (len(many.counts), sum(many.counts)) == (12, 100)
    assert value_histogram(pl.Series([None], dtype=pl.Float32)) is None


@pytest.mark.parametrize(
    ("seconds", "labels", "counts"),
    [
        ([0, DAY, DAY + 5, 3 * DAY], ("1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04"), (1, 2, 0, 1)),
        ([0, 70 * DAY], ("1970-01", "1970-02", "1970-03"), (1, 0, 1)),
        ([-DAY, 3000 * DAY], tuple(str(year) for year in range(1969, 1979)), (1, *[0] * 8, 1)),
    ],
)
def test_times(seconds: list[int], labels: tuple[str, ...], counts: tuple[int, ...]) -> None:
    histogram = time_histogram(pl.Series(seconds[::-1]))
    assert histogram == Histogram(labels, counts)


def test_times_that_no_calendar_names() -> None:
    assert time_histogram(pl.Series([10**18, None])) is None
    assert time_histogram(pl.Series([0, 10**18])) == Histogram(("1970-01-01",), (1,))


@given(st.lists(st.integers(-(10**11), 3 * 10**11), min_size=1, max_size=20))
def test_any_times(seconds: list[int]) -> None:
    histogram = time_histogram(pl.Series(seconds))
    known = [moment for moment in seconds if -62_135_596_800 <= moment <= 253_402_300_799]
    assert sum(histogram.counts if histogram else ()) == len(known)
    assert len(histogram.labels if histogram else ()) <= 100
