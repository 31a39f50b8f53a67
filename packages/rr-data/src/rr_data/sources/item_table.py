"""Tables that describe items: domain, title, text, year, categories, picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.clean_blocks import NO_TYPES, without_blanks
from rr_data.sources.delimited import read_delimited
from rr_data.sources.source import RAW_ITEMS, rejected_rows

PARQUET_SUFFIXES: Final = (".parquet", ".pq")
_TITLES: Final = ("title", "movie_title", "name")
_TEXTS: Final = ("text", "description")
_YEARS: Final = ("year", "release_year")
_CATEGORIES: Final = ("categories", "genres", "category", "genre", "class")
_IMAGE_URLS: Final = ("image_url", "imUrl", "image", "poster_url")
_SEPARATORS: Final = ("|", ", ")
_FIRST_YEAR: Final = 1000


def read_item_table(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read an item table in TSV, CSV (both plain or gzip) or Parquet.

    Its columns: `item_id`, and any of a title (`title`, `movie_title`, `name`), a text (`text`, `description`), a year
    (`year`, `release_year`), categories (`categories`, `genres`, `category`, `genre`, `class`: a list, or a string
    separated by `|`, else by a comma and a blank, else by blanks), a picture's address (`image_url`, `imUrl`, `image`,
    `poster_url`) and a `domain`. Of several names the first counts; other columns are ignored.

    Returns:
        `RAW_ITEMS` and the rejected rows: those without an id, and repetitions of an id.

    Raises:
        UnreadableSourceError: no such file, not a table, or no column `item_id`.
    """
    rows, rejected = read_table(path)
    items, more = to_items(rows, path=path)
    return items, pl.concat([rejected, more])


def read_table(
    path: Path,
    *,
    separator: str | None = None,
    types: Mapping[str, pl.DataType] = NO_TYPES,
    strip: bool = False,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Any table with a column `line` added, and the rows that could not be read.

    Args:
        path: Parquet by its suffix, else text: tab separated where the suffix is `.tsv`, else comma separated.
        separator: another separator.
        types: of columns in text, see `read_delimited`.
        strip: see `read_delimited`; goes for Parquet too.

    Raises:
        UnreadableSourceError: no such file, or not a table.
    """
    if path.suffix in PARQUET_SUFFIXES:
        rows = _read_parquet(path)
        return without_blanks(rows) if strip else rows, pl.DataFrame(schema=columns.REJECTED)
    tabbed = path.name.removesuffix(".gz").endswith(".tsv")
    separator = separator or ("\t" if tabbed else ",")
    return read_delimited(path, separator=separator, quoted=separator != "\t", types=types, strip=strip)


def to_items(
    rows: pl.DataFrame, *, path: Path, category_separator: str | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`RAW_ITEMS` from a table whose columns have any of the usual names; and the rejected rows.

    Raises:
        UnreadableSourceError: no column `item_id`.
    """
    if Columns.ITEM_ID not in rows.columns:
        raise UnreadableSourceError(f"{path}: no column {Columns.ITEM_ID!r}; it has {', '.join(rows.columns)}")
    identity = pl.col(Columns.ITEM_ID).cast(pl.String).str.strip_chars()
    items = rows.select(
        pl.when(identity != "").then(identity).alias(Columns.ITEM_ID),
        _text(rows, (Columns.DOMAIN,)).alias(Columns.DOMAIN),
        _text(rows, _TITLES).alias(Columns.TITLE),
        _text(rows, _TEXTS).alias(Columns.TEXT),
        _year(rows).alias(Columns.YEAR),
        _categories(rows, category_separator).alias(Columns.CATEGORIES),
        _image_url(rows).alias(Columns.IMAGE_URL),
        pl.col(Columns.LINE),
    )
    unnamed = items.filter(pl.col(Columns.ITEM_ID).is_null())
    named = items.filter(pl.col(Columns.ITEM_ID).is_not_null())
    again = named.filter(~pl.col(Columns.ITEM_ID).is_first_distinct())
    reasons = [(line, "no item id") for line in unnamed[Columns.LINE]]
    reasons += [(line, f"item {name} again") for name, line in again.select(Columns.ITEM_ID, Columns.LINE).iter_rows()]
    kept = named.filter(pl.col(Columns.ITEM_ID).is_first_distinct())
    return kept.select(RAW_ITEMS.names()), rejected_rows(path, reasons)


def _read_parquet(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise UnreadableSourceError(f"{path}: no such file")
    try:
        return pl.read_parquet(path).with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(Columns.LINE))
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise UnreadableSourceError(f"{path}: not a Parquet file: {str(error).splitlines()[0]}") from error


def _first(rows: pl.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in rows.columns), None)


def _text(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.Expr:
    name = _first(rows, names)
    if name is None:
        return pl.lit(None, pl.String)
    text = pl.col(name).cast(pl.String).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def _image_url(rows: pl.DataFrame) -> pl.Expr:
    """An address, or the first of a list of them; null where the column holds anything else."""
    kinds = {name: rows.schema[name] for name in _IMAGE_URLS if name in rows.columns}
    for name, kind in kinds.items():
        if kind == pl.List(pl.String):
            return pl.col(name).list.first()
        if kind == pl.String():
            address = pl.col(name).str.strip_chars()
            return pl.when(address != "").then(address)
    return pl.lit(None, pl.String)


def _year(rows: pl.DataFrame) -> pl.Expr:
    name = _first(rows, _YEARS)
    if name is None:
        return pl.lit(None, pl.Int32)
    year = pl.col(name).cast(pl.Int32, strict=False)
    return pl.when(year >= _FIRST_YEAR).then(year)


def _categories(rows: pl.DataFrame, separator: str | None) -> pl.Expr:
    name = _first(rows, _CATEGORIES)
    if name is None:
        return pl.lit([], pl.List(pl.String))
    if isinstance(rows.schema[name], pl.List):
        return pl.col(name).cast(pl.List(pl.String)).fill_null([])
    chosen = separator or next((sign for sign in _SEPARATORS if _occurs(rows[name], sign)), " ")
    parts = pl.col(name).cast(pl.String).fill_null("").str.split(chosen)
    return parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))


def _occurs(texts: pl.Series, sign: str) -> bool:
    return bool(texts.cast(pl.String).str.contains(sign, literal=True).any())
