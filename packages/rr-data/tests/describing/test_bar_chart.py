from __future__ import annotations

import re

import pytest

from rr_data.describing.bar_chart import bar_table, column_chart, percent
from rr_data.describing.histogram import Histogram

THREE = Histogram(("a", "b", "<c>"), (10, 0, 30))


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0.0 %"), (1e-9, "< 0.1 %"), (0.0005, "0.1 %"), (0.123, "12.3 %"), (1, "100.0 %")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_bars_are_as_long_as_their_counts() -> None:
    text = bar_table("caption", "what", "unit", THREE)
    assert re.findall(r'rect width="([\d.]+)"', text) == ["33.33", "0.00", "100.00"]
    assert "&lt;c&gt;" in text
    assert "75.0 %" in text


def test_columns_are_as_high_as_their_counts_and_have_words() -> None:
    text = column_chart("Title", "users", THREE, kinds=("low", "medium", "high"), marks={"mark": 0.5})
    assert [float(height) for height in re.findall(r'height="([\d.]+)" class', text)] == pytest.approx([33.33, 0, 100])
    assert 'aria-label="Title. Most in &lt;c&gt;: 30 users of 40."' in text
    assert '<line x1="1.500" x2="1.500"' in text
    assert text.count("<td") == 3


def test_nothing_counted() -> None:
    nothing = Histogram(("a",), (0,))
    assert "nan" not in bar_table("c", "w", "u", nothing) + column_chart("t", "u", nothing)
    assert bar_table("c", "w", "u", Histogram((), ()))
