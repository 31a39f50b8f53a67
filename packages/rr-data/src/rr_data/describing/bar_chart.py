"""Two charts in inline SVG: bars that are rows of a table, and columns that share an axis.

No text stands inside the SVG, so that it stretches with the page while the text keeps its size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rr_data.describing.histogram import Histogram
from rr_data.describing.markup import Markup, escaped, table

_HEIGHT = 100
_GAP = 0.12  # of a column's width


def percent(share: float) -> str:
    """A share with one digit after the point, and no zero that is not one.

    Example:
        >>> percent(0.25), percent(0.00002), percent(0)
        ('25.0 %', '< 0.1 %', '0.0 %')
    """
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def bar_table(caption: str, what: str, unit: str, histogram: Histogram) -> Markup:
    """A table with a bar in each row. The table is its own alternative in text.

    Args:
        caption: says what is counted.
        what: head of the first column.
        unit: head of the numbers.
        histogram: the rows.
    """
    top, total = max(histogram.counts, default=0), max(sum(histogram.counts), 1)
    rows = [
        (label, _bar(count / max(top, 1)), f"{count:,}", percent(count / total))
        for label, count in zip(histogram.labels, histogram.counts, strict=True)
    ]
    return table(caption, (what, "", unit, "share"), rows, kinds=("", "fill", "number", "number"), kind="bars")


def _bar(share: float) -> Markup:
    return Markup(
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * share:.2f}" height="1"/></svg>'
    )


def column_chart(
    title: str,
    unit: str,
    histogram: Histogram,
    *,
    kinds: Sequence[str] = (),
    marks: Mapping[str, float] | None = None,
    ends: tuple[str, str] | None = None,
) -> Markup:
    """Columns side by side, with the numbers in a table that can be opened.

    Args:
        title: says what is shown.
        unit: what is counted.
        histogram: at least one bin.
        kinds: a class for each column, or none.
        marks: dashed lines by what they say, at a share of the width.
        ends: labels at both ends of the axis; by default the first and the last bin's.
    """
    top = max(max(histogram.counts), 1)
    width = len(histogram.counts)
    columns = "".join(
        f'<rect x="{place + _GAP / 2:.2f}" y="{_HEIGHT * (1 - count / top):.2f}" width="{1 - _GAP:.2f}" '
        f'height="{_HEIGHT * count / top:.2f}" class="{kinds[place] if kinds else ""}">'
        f"<title>{escaped(label)}: {count:,}</title></rect>"
        for place, (label, count) in enumerate(zip(histogram.labels, histogram.counts, strict=True))
    )
    lines = "".join(
        f'<line x1="{share * width:.3f}" x2="{share * width:.3f}" y1="0" y2="{_HEIGHT}"><title>{escaped(label)}</title>'
        "</line>"
        for label, share in (marks or {}).items()
    )
    first, last = ends or (histogram.labels[0], histogram.labels[-1])
    peak = histogram.labels[histogram.counts.index(max(histogram.counts))]
    summary = f"{title}. Most in {peak}: {max(histogram.counts):,} {unit} of {sum(histogram.counts):,}."
    numbers = zip(histogram.labels, (f"{count:,}" for count in histogram.counts), strict=True)
    return Markup(
        f"<figure><figcaption>{escaped(title)}; the tallest column: {max(histogram.counts):,} {escaped(unit)}"
        f'</figcaption>\n<svg class="columns" viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(summary)}">{columns}{lines}</svg>\n'
        f'<div class="axis" aria-hidden="true"><span>{escaped(first)}</span><span>{escaped(last)}</span></div>\n'
        f"<details><summary>The numbers</summary>{table(title, ('', unit), numbers, kinds=('', 'number'))}</details>"
        "</figure>"
    )
