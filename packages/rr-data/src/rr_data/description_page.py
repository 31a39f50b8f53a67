"""The description of a prepared dataset as one page: no script, no network, nothing beside the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rr_data.describing.bar_chart import bar_table, column_chart
from rr_data.describing.histogram import Histogram
from rr_data.describing.horizon_section import horizon_section
from rr_data.describing.item_gallery import item_gallery
from rr_data.describing.leak_findings import leak_rows
from rr_data.describing.markup import Markup, element, escaped, joined, section, table
from rr_data.describing.page_style import STYLE
from rr_data.description import QUANTILES, Description
from rr_data.errors import OptionError
from rr_data.evidence.groups import AGGREGATES

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_page(description: Description, path: str | Path, *, folder: Path) -> None:
    """Write the page into a file, whole or not at all.

    Args:
        description: of the dataset.
        path: the file; one that is there is replaced.
        folder: the dataset's folder, for the pictures.

    Raises:
        OptionError: a path that cannot be written.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(render_page(description, folder=folder), encoding="utf-8")
        os.replace(part, target)  # noqa: PTH105  (Path.replace hides that a file may be there)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OptionError("html", str(target), f"a file that can be written ({error.strerror})") from error


def render_page(description: Description, *, folder: Path) -> str:
    """The page as HTML.

    Args:
        description: of the dataset.
        folder: the dataset's folder, for the pictures.
    """
    name = escaped(description.name)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}: prepared dataset</title>\n<style>{STYLE}</style></head>\n<body>\n<main>\n"
        f"{joined(_sections(description, folder))}\n</main>\n</body></html>\n"
    )


def _sections(data: Description, folder: Path) -> Iterator[Markup]:
    yield _head(data)
    yield _pair(_parts(data), _leaks(data))
    yield _pair(
        _spread("Sequence lengths", "interactions", "users", data.length_histogram, data.lengths),
        _spread("Item popularity", "interactions", "items", data.popularity_histogram, data.popularity),
    )
    yield horizon_section(data)
    rejected = _rejected(data)
    yield _pair(_groups(data), rejected if data.ratings is None else _ratings(data.ratings))
    if data.times is not None:
        yield section("Time", column_chart("Interactions over time, UTC", "interactions", data.times))
    if data.ratings is not None:
        yield rejected
    if data.examples:
        yield section("Some items", item_gallery(data.examples, folder))


def _pair(*sections: Markup) -> Markup:
    return Markup(f'<div class="pair">{joined(part for part in sections if part)}</div>')


def _head(data: Description) -> Markup:
    numbers = {name.replace("_", " "): f"{number:,}" for name, number in data.counts.items()}
    numbers |= {"sparsity": f"{100 * data.sparsity:.3f} %"}
    tiles = "".join(f"<div>{element('dt', name)}{element('dd', number)}</div>" for name, number in numbers.items())
    how = f"Split {data.split}, ties by {data.tie_policy}, codes from seed {data.id_seed}."
    return Markup(f'{element("h1", data.name)}\n{element("p", how, kind="quiet")}\n<dl class="tiles">{tiles}</dl>')


def _parts(data: Description) -> Markup:
    histogram = Histogram(tuple(data.parts), tuple(data.parts.values()))
    return section("Parts of the split", bar_table("Interactions by part", "part", "interactions", histogram))


def _leaks(data: Description) -> Markup:
    if not data.leaks:
        return Markup("")
    return section(
        "Leaks",
        table(
            "Checked when prepared",
            ("check", "found"),
            leak_rows(data.leaks, n_items=data.counts["items"]),
            kinds=("", ""),
        ),
    )


def _spread(title: str, what: str, unit: str, histogram: Histogram, quantiles: tuple[float, ...]) -> Markup:
    header = [f"{100 * quantile:g} %" for quantile in QUANTILES]
    values = [f"{value:g}" for value in quantiles]
    return section(
        title,
        bar_table(f"{unit.capitalize()} by number of {what}, all parts", what, unit, histogram),
        table("Quantiles", ("", *header), [(what, *values)], kinds=("", *["number"] * len(values))),
    )


def _groups(data: Description) -> Markup:
    rows = [
        (own.group, f"{own.users:,}", f"{own.fewest:,}" if own.fewest == own.most else f"{own.fewest:,}-{own.most:,}")
        for own in data.groups
    ]
    sums = ", ".join(f"{name} {min(groups)}-{max(groups)}" for name, groups in AGGREGATES.items())
    header = ("group", "users", "training interactions")
    return section(
        "Cold-start groups",
        table(f"Users by training interactions; {sums}", header, rows, kinds=("", "number", "number")),
    )


def _ratings(ratings: Histogram) -> Markup:
    return section("Ratings", bar_table("Interactions by rating", "rating", "interactions", ratings))


def _rejected(data: Description) -> Markup:
    if not data.rejected:
        return section("Rows left out", element("p", "None: every row of the source is here."))
    rows = [(reason, f"{count:,}") for reason, count in data.rejected.items()]
    return section(
        "Rows left out",
        table(
            "By reason; file and line of each are in rejected.parquet", ("reason", "rows"), rows, kinds=("", "number")
        ),
    )
