"""What the three editions of Amazon Reviews share: files of reviews and files about items, in lines of JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.amazon_files import ITEM_FILE, RATINGS_FILE, files_of, kind_of
from rr_data.sources.json_lines import Parse, parse_json, read_rows
from rr_data.sources.line_stream import Rejects
from rr_data.sources.ratings_csv import read_ratings_csv
from rr_data.sources.record_fields import id_of, rating_of, record_of, seconds_of, text_of
from rr_data.sources.source import RAW_INTERACTIONS, RAW_ITEMS, RAW_REVIEWS, RawData, rejected_rows

ItemRow = tuple[str, str | None, str | None, list[str], str | None]
_ITEM: Final = pl.Schema(
    {
        name: RAW_ITEMS[name]
        for name in (Columns.ITEM_ID, Columns.TITLE, Columns.TEXT, Columns.CATEGORIES, Columns.IMAGE_URL)
    }
)
_REVIEW: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.ITEM_ID: pl.String(),
        Columns.TIMESTAMP: pl.Int64(),
        Columns.RATING: pl.Float32(),
        Columns.SUMMARY: pl.String(),
        Columns.TEXT: pl.String(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """How one edition names things.

    Attributes:
        name: for messages.
        user_id: field of reviews, as the next five.
        item_id: field of reviews and of item records.
        timestamp: field of times.
        rating: field of ratings.
        summary: field of reviews' titles.
        text: field of reviews' texts.
        per_second: units of `timestamp` in a second.
        describe: makes title, text, categories and image address of an item record; raises `BadRowError`.
        parse: reads a line about an item.
    """

    name: str
    user_id: str
    item_id: str
    timestamp: str
    rating: str
    summary: str
    text: str
    per_second: int
    describe: Callable[[dict[str, Any]], tuple[str | None, str | None, list[str], str | None]]
    parse: Parse = parse_json

    def take_review(self, value: Any) -> tuple[str, str, int, float | None, str | None, str | None]:
        """A row of `_REVIEW`."""
        record = record_of(value)
        return (
            id_of(record, self.user_id),
            id_of(record, self.item_id),
            seconds_of(record, self.timestamp, per_second=self.per_second),
            rating_of(record, self.rating),
            text_of(record, self.summary),
            text_of(record, self.text),
        )

    def take_item(self, value: Any) -> ItemRow:
        """A row of `_ITEM`."""
        record = record_of(value)
        return (id_of(record, self.item_id), *self.describe(record))


def read_amazon(edition: Edition, paths: Sequence[Path], *, ratings: bool = False) -> RawData:
    """Read reviews, and what is known about items, of one or more categories.

    Args:
        edition: the edition that the files are of.
        paths: files, or folders of them, in any order.
        ratings: whether the edition also has tables of bare ratings.

    Raises:
        UnreadableSourceError: a path that is missing, or not one review in all of the files.
    """
    files = files_of(paths)
    reviews: list[pl.DataFrame] = []
    items: list[pl.DataFrame] = []
    rejects: list[Rejects] = []
    for index, path in enumerate(files):
        kind = kind_of(path, user_id=edition.user_id, item_id=edition.item_id, parse=edition.parse, ratings=ratings)
        if kind == ITEM_FILE:
            found, bad = read_rows(path, edition.take_item, _ITEM, parse=edition.parse)
            items.append(found.with_columns(pl.lit(index, pl.UInt16).alias(Columns.FILE)))
        else:
            bare = kind == RATINGS_FILE
            found, bad = read_ratings_csv(path) if bare else read_rows(path, edition.take_review, _REVIEW)
            reviews.append(found.with_columns(pl.lit(index, pl.UInt16).alias(Columns.FILE)))
        rejects.append(bad)
    if not any(found.height for found in reviews):
        raise _no_reviews(edition, files, rejects)
    told = pl.concat(reviews, how="diagonal")
    described = _once(items, rejects) if items else None
    rejected = pl.concat(rejected_rows(path, bad) for path, bad in zip(files, rejects, strict=True))
    return RawData(told.select(RAW_INTERACTIONS.names()), files, described, reviews=_reviews(told), rejected=rejected)


def _reviews(told: pl.DataFrame) -> pl.DataFrame | None:
    texts = [name for name in (Columns.SUMMARY, Columns.TEXT) if name in told.columns]
    if not texts:
        return None
    return told.filter(~pl.all_horizontal(pl.col(texts).is_null())).select(RAW_REVIEWS.names())


def _once(items: list[pl.DataFrame], rejects: list[Rejects]) -> pl.DataFrame:
    """One row an item, the first about it; the others go to `rejects`."""
    known = pl.concat(items)
    first = pl.col(Columns.ITEM_ID).is_first_distinct()
    again = known.filter(~first).select(Columns.FILE, Columns.LINE, Columns.ITEM_ID)
    for file, line, item in again.iter_rows():
        rejects[file].append((line, f"item {item} again"))
    year = pl.lit(None, pl.Int32).alias(Columns.YEAR)
    return (
        known.filter(first).with_columns(year, pl.lit(None, pl.String).alias(Columns.DOMAIN)).select(RAW_ITEMS.names())
    )


def _no_reviews(edition: Edition, files: Sequence[Path], rejects: Sequence[Rejects]) -> UnreadableSourceError:
    first = next(
        (f"; {path.name}, line {bad[0][0]}: {bad[0][1]}" for path, bad in zip(files, rejects, strict=True) if bad), ""
    )
    names = ", ".join(str(path) for path in files) or "no path"
    wanted = ", ".join((edition.user_id, edition.item_id, edition.timestamp))
    return UnreadableSourceError(
        f"{names}: not one review of {edition.name}; expected lines of JSON with {wanted}{first}"
    )
