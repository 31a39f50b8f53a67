"""Plain tables: CSV, TSV or Parquet with one row an interaction, columns named by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.sources.interaction_table import ColumnNames, to_interactions
from rr_data.sources.item_table import read_table
from rr_data.sources.source import RawData


@dataclass(frozen=True, slots=True)
class Tabular:
    """Reads one or more tables with a header.

    Attributes:
        user_id: column of user ids.
        item_id: column of item ids.
        timestamp: column of times; None takes `timestamp` if there is such a column.
        rating: column of ratings; None takes `rating` if there is such a column.
        time_unit: `s`, `ms`, `us` or `ns`, for times that are numbers.
        separator: one character; None means a tab in `.tsv` files and a comma in others.
    """

    user_id: str = Columns.USER_ID
    item_id: str = Columns.ITEM_ID
    timestamp: str | None = None
    rating: str | None = None
    time_unit: str = "s"
    separator: str | None = None

    def __post_init__(self) -> None:
        """Check the separator."""
        if self.separator is not None and (len(self.separator) != 1 or not self.separator.isascii()):
            raise OptionError("separator", self.separator, "one ASCII character")

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files; see `Source.read`."""
        names = ColumnNames(self.user_id, self.item_id, self.timestamp, self.rating, self.time_unit)
        interactions, rejected = [], []
        for index, path in enumerate(paths):
            rows, unreadable = read_table(path, separator=self.separator)
            good, bad = to_interactions(rows, names, path=path, file_index=index)
            interactions.append(good)
            rejected += [unreadable, bad]
        return RawData(pl.concat(interactions), tuple(paths), rejected=pl.concat(rejected))
