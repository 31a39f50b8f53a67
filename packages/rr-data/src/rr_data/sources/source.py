"""What a reader of a raw format must offer. Satisfied by shape: no base class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import polars as pl

from rr_data import columns
from rr_data.columns import Columns

RAW_INTERACTIONS: Final = pl.Schema(
    {
        Columns.USER_ID: pl.String(),
        Columns.ITEM_ID: pl.String(),
        Columns.TIMESTAMP: pl.Int64(),
        Columns.RATING: pl.Float32(),
        Columns.FILE: pl.UInt16(),
        Columns.LINE: pl.Int64(),
    }
)
RAW_ITEMS: Final = pl.Schema(
    {
        Columns.ITEM_ID: pl.String(),
        Columns.DOMAIN: pl.String(),
        Columns.TITLE: pl.String(),
        Columns.TEXT: pl.String(),
        Columns.YEAR: pl.Int32(),
        Columns.CATEGORIES: pl.List(pl.String()),
        Columns.IMAGE_URL: pl.String(),
    }
)
RAW_USERS: Final = pl.Schema({Columns.USER_ID: pl.String(), Columns.DOMAIN: pl.String(), Columns.TEXT: pl.String()})
_PLACE: Final = {Columns.FILE: pl.UInt16(), Columns.LINE: pl.Int64()}
RAW_REVIEWS: Final = pl.Schema({**_PLACE, Columns.SUMMARY: pl.String(), Columns.TEXT: pl.String()})
RAW_EXPLANATIONS: Final = pl.Schema(
    {
        **_PLACE,
        Columns.FEATURE: pl.String(),
        Columns.OPINION: pl.String(),
        Columns.SENTENCE: pl.String(),
        Columns.SENTIMENT: pl.Int8(),
    }
)
RAW_CANDIDATES: Final = pl.Schema({Columns.USER_ID: pl.String(), Columns.ITEMS: pl.List(pl.String())})


@dataclass(frozen=True, slots=True, eq=False)
class RawData:
    """What a reader found. Whatever a source does not have is None.

    Attributes:
        interactions: `RAW_INTERACTIONS`, one row an interaction in the order of the files; `timestamp` in seconds, null
            in all rows where the source has no times (the order of the rows is then the order in time); `file` is an
            index into `files`, `line` counts from 1.
        files: the files that were read.
        items: `RAW_ITEMS`, one row an item; columns that a source lacks may be missing. `image_url` is an address, or
            the path of a local picture.
        users: `RAW_USERS`, one row a user.
        reviews: `RAW_REVIEWS`; `file` and `line` name the interaction that a review belongs to.
        explanations: `RAW_EXPLANATIONS`; likewise. Sentiment is -1 or 1.
        candidates: `RAW_CANDIDATES`, the negatives that a source gives each user for the test part.
        rejected: `columns.REJECTED`, the rows that could not be used, with the reason.
        in_order: whether a user's rows already stand in the order that ties in time are to keep.
    """

    interactions: pl.DataFrame
    files: tuple[Path, ...]
    items: pl.DataFrame | None = None
    users: pl.DataFrame | None = None
    reviews: pl.DataFrame | None = None
    explanations: pl.DataFrame | None = None
    candidates: pl.DataFrame | None = None
    rejected: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=columns.REJECTED))
    in_order: bool = False


@runtime_checkable
class Source(Protocol):
    """A reader. Its options are the fields of a frozen dataclass; each has a default and takes a string."""

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read raw files or folders.

        A bad row goes to `rejected` and never stops the reading.

        Raises:
            UnreadableSourceError: a path that is missing or is not of this format at all.
        """
        ...


def rejected_rows(path: Path, rows: Sequence[tuple[int | None, str]]) -> pl.DataFrame:
    """`columns.REJECTED` from (line, reason) pairs of one file."""
    return pl.DataFrame([(path.name, line, reason) for line, reason in rows], schema=columns.REJECTED, orient="row")
