"""The reviews and explanations of P5's and VIP5's split files, matched with the interactions that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.foreign_pickle import load_plain
from rr_data.sources.source import RAW_EXPLANATIONS, RAW_INTERACTIONS, RAW_REVIEWS, rejected_rows

_PARTS: Final = ("train", "val", "test")
_TIMES: Final = "times_before"  # how often the pair of user and item occurred before
_PAIR: Final = [Columns.USER_ID, Columns.ITEM_ID, _TIMES]
_LARGEST: Final = 1e6  # of ratings; false for NaN too
_EXPLANATION: Final = (Columns.FEATURE, Columns.SENTENCE)
_RECORDS: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.ITEM_ID: pl.String(),
        Columns.RATING: pl.Float32(),
        Columns.SUMMARY: pl.String(),
        Columns.TEXT: pl.String(),
        Columns.FEATURE: pl.String(),
        Columns.SENTENCE: pl.String(),
        Columns.LINE: pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class ReviewRecords:
    """What the records say.

    Attributes:
        interactions: `RAW_INTERACTIONS` with the ratings, each at the place of its record where it has one.
        reviews: `RAW_REVIEWS`, or None without files.
        explanations: `RAW_EXPLANATIONS` without opinions and sentiments, or None without files.
        rejected: of each file, the records that could not be used.
    """

    interactions: pl.DataFrame
    reviews: pl.DataFrame | None
    explanations: pl.DataFrame | None
    rejected: tuple[pl.DataFrame, ...]


def read_review_records(paths: Sequence[Path], interactions: pl.DataFrame, *, first_file: int) -> ReviewRecords:
    """Read split files.

    Args:
        paths: dicts of lists of dicts, pickled; the first that knows an interaction gives its rating and review, and
            the last that has an explanation of it gives that.
        interactions: `RAW_INTERACTIONS` in original ids.
        first_file: index of the first path among the source's files.

    Raises:
        UnreadableSourceError: a file that is no pickle of plain data, or not of this form.
    """
    if not paths:
        return ReviewRecords(interactions, None, None, ())
    read = [_read_records(path, index) for index, path in enumerate(paths, start=first_file)]
    places = _with_times(interactions)
    matched = [records.join(places.select(_PAIR), on=_PAIR, how="semi") for records, _ in read]
    unmatched = [_unmatched(path, records, places) for path, (records, _) in zip(paths, read, strict=True)]
    first = pl.concat(matched).unique(_PAIR, keep="first", maintain_order=True)
    told = pl.concat(matched).drop_nulls(Columns.SENTENCE).unique(_PAIR, keep="last", maintain_order=True)
    placed = _placed(places, first)
    return ReviewRecords(
        interactions=placed.select(RAW_INTERACTIONS.names()),
        reviews=first.drop_nulls(Columns.TEXT).select(RAW_REVIEWS.names()),
        explanations=_explanations(told, placed),
        rejected=(*(rejected for _, rejected in read), *unmatched),
    )


def _with_times(rows: pl.DataFrame) -> pl.DataFrame:
    times = pl.int_range(pl.len()).over(Columns.USER_ID, Columns.ITEM_ID)
    return rows.with_columns(times.alias(_TIMES))


def _unmatched(path: Path, records: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    lines = records.join(places.select(_PAIR), on=_PAIR, how="anti")[Columns.LINE]
    return rejected_rows(path, [(line, "a review of no interaction") for line in lines])


def _placed(interactions: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Interactions with the rating, file and line of their records."""
    own = [Columns.RATING, Columns.FILE, Columns.LINE]
    joined = interactions.join(records.select(*_PAIR, *own), on=_PAIR, how="left", suffix=" ", maintain_order="left")
    return joined.with_columns(pl.coalesce(f"{name} ", name).alias(name) for name in own)


def _explanations(told: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    about = told.select(*_PAIR, *_EXPLANATION).join(
        placed.select(*_PAIR, Columns.FILE, Columns.LINE), on=_PAIR, how="left", maintain_order="left"
    )
    unknown = {Columns.OPINION: pl.lit(None, pl.String), Columns.SENTIMENT: pl.lit(None, pl.Int8)}
    return about.with_columns(**unknown).select(RAW_EXPLANATIONS.names())


def _read_records(path: Path, file_index: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows, rejects = [], []
    for number, record in enumerate(_records(load_plain(path), path), start=1):
        row = _row(record)
        if row is None:
            rejects.append((number, "a record without reviewerID and asin"))
        else:
            rows.append((*row, number))
    table = pl.DataFrame(rows, schema=_RECORDS, orient="row").with_columns(
        pl.lit(file_index, pl.UInt16).alias(Columns.FILE)
    )
    return _with_times(table), rejected_rows(path, rejects)


def _records(content: Any, path: Path) -> Iterator[Any]:
    """The records of all parts. Later files also have lists of indices, which are of no use here."""
    parts = [content.get(part) for part in _PARTS] if isinstance(content, dict) else [None]
    for part, records in zip(_PARTS, parts, strict=False):
        if not isinstance(records, list):
            raise UnreadableSourceError(f"{path}: no list {part!r} in it; expected a dict of lists of reviews")
        yield from records


def _row(record: Any) -> tuple[Any, ...] | None:
    if not isinstance(record, dict):
        return None
    user, item = (_text(record.get(name)) for name in ("reviewerID", "asin"))
    if user is None or item is None:
        return None
    texts = (_text(record.get(name)) for name in ("summary", "reviewText", "feature", "explanation"))
    return user.strip(), item.strip(), _rating(record.get("overall")), *texts


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _rating(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < _LARGEST else None
