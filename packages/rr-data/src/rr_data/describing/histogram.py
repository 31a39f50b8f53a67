"""Histograms that can be read: bins that double, bins of equal width, periods of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

_MONTHS: Final = 60  # so many bars still stand apart on a page
_DAYS: Final = 62
_YEARS: Final = 100
_CALENDAR: Final = (-62_135_596_800, 253_402_300_799)  # years 1 to 9999


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts by bin.

    Attributes:
        labels: what each bin holds.
        counts: how many fell into it.
    """

    labels: tuple[str, ...]
    counts: tuple[int, ...]


def log_histogram(values: ArrayLike) -> Histogram:
    """Count whole numbers in bins that double: 0, 1, 2-3, 4-7, 8-15 and so on, from the lowest that is needed.

    Args:
        values: [n] integers of at least 0; none gives no bins.

    Example:
        >>> log_histogram([1, 2, 3, 9])
        Histogram(labels=('1', '2-3', '4-7', '8-15'), counts=(1, 2, 0, 1))
    """
    array = np.asarray(values, dtype=np.int64)
    if len(array) == 0:
        return Histogram((), ())
    top = int(array.max()).bit_length()
    edges = np.concatenate([[0], 2 ** np.arange(top + 1)])
    counts = np.histogram(array, bins=edges)[0].tolist() if top else [len(array)]
    # numpy closes the last bin at both ends; no value reaches 2 ** top, so nothing is counted there twice
    labels = ["0", *(str(low) if low == 1 else f"{low}-{2 * low - 1}" for low in (2**place for place in range(top)))]
    first = next(place for place, count in enumerate(counts) if count)
    return Histogram(tuple(labels[first:]), tuple(counts[first:]))


def unit_histogram(values: ArrayLike, *, bins: int = 20) -> Histogram:
    """Count numbers from 0 to 1 in bins of equal width; 1 falls into the last.

    Example:
        >>> unit_histogram([0.0, 0.5, 1.0], bins=2)
        Histogram(labels=('0.00-0.50', '0.50-1.00'), counts=(1, 2))
    """
    edges = np.linspace(0, 1, bins + 1)
    counts = np.histogram(np.asarray(values, dtype=np.float64), bins=edges)[0]
    labels = [f"{low:.2f}-{high:.2f}" for low, high in pairwise(edges)]
    return Histogram(tuple(labels), tuple(counts.tolist()))


def value_histogram(values: pl.Series, *, most: int = 12) -> Histogram | None:
    """Count each value, or ranges of values where there are more than `most` different ones.

    Args:
        values: numbers; nulls and NaN are left out.
        most: the greatest number of bins.

    Returns:
        The counts in ascending order of values, or None where there is no value.

    Example:
        >>> value_histogram(pl.Series([5.0, 4.5, 5.0, None]))
        Histogram(labels=('4.5', '5'), counts=(1, 2))
    """
    known = values.drop_nulls().cast(pl.Float64)
    known = known.filter(known.is_finite())
    if known.is_empty():
        return None
    if known.n_unique() <= most:
        table = known.rename("value").value_counts().sort("value")
        return Histogram(tuple(f"{value:g}" for value in table["value"]), tuple(table["count"].to_list()))
    counts, edges = np.histogram(known.to_numpy(), bins=most)
    labels = [f"{low:.3g}-{high:.3g}" for low, high in pairwise(edges)]
    return Histogram(tuple(labels), tuple(counts.tolist()))


def time_histogram(seconds: pl.Series) -> Histogram | None:
    """Count moments by day, month, year or century, whichever is the finest that leaves the bars legible.

    Args:
        seconds: since 1970, UTC; nulls and what no calendar names are left out.

    Returns:
        The counts in the order of time, gaps included, or None where there is no time.

    Example:
        >>> time_histogram(pl.Series([0, 86_400, 3 * 86_400]))
        Histogram(labels=('1970-01-01', '1970-01-02', '1970-01-03', '1970-01-04'), counts=(1, 1, 0, 1))
    """
    known = seconds.drop_nulls()
    known = known.filter(known.is_between(*_CALENDAR))
    if known.is_empty():
        return None
    moments = known.sort().to_list()
    every, form = _period(datetime.fromtimestamp(moments[0], tz=UTC), datetime.fromtimestamp(moments[-1], tz=UTC))
    counted = pl.from_epoch(known, time_unit="s").dt.truncate(every).rename("start").value_counts().sort("start")
    table = counted.upsample("start", every=every)
    return Histogram(
        tuple(table["start"].dt.strftime(form).to_list()), tuple(table["count"].fill_null(0).cast(pl.Int64).to_list())
    )


def _period(first: datetime, last: datetime) -> tuple[str, str]:
    if (last - first).days < _DAYS:
        return "1d", "%Y-%m-%d"
    if (last.year - first.year) * 12 + last.month - first.month < _MONTHS:
        return "1mo", "%Y-%m"
    return ("1y" if last.year - first.year < _YEARS else "100y"), "%Y"
