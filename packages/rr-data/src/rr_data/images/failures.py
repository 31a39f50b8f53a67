"""The manifest of pictures that an item should have had and has not: `images_failed.parquet`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final

import polars as pl

from rr_data.columns import Columns

FAILED_FILE: Final = "images_failed.parquet"
FAILED: Final = pl.Schema(
    {Columns.ITEM_ID: pl.String(), "url": pl.String(), Columns.REASON: pl.String(), "attempts": pl.Int32()}
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture that could not be had.

    Attributes:
        item_id: the item that goes without.
        url: the address, or the name of the file, the member of a zip, or the key in an LMDB.
        reason: why, in one line.
        attempts: how often it was tried; 0 where it was refused untried.
    """

    item_id: str
    url: str
    reason: str
    attempts: int = 1


def failure_table(failures: Iterable[Failure]) -> pl.DataFrame:
    """`FAILED`, one row a failure, by item id.

    Example:
        >>> failure_table([Failure("7", "http://example.org/7.jpg", "404 Not Found")])["reason"].to_list()
        ['404 Not Found']
    """
    rows = sorted(astuple(failure) for failure in failures)
    return pl.DataFrame(rows, schema=FAILED, orient="row")
