"""Plain tables: CSV, TSV or Parquet with one row an interaction, columns named by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rr_data.errors import OptionError
from rr_data.sources.interaction_table import ColumnNames, numeric_types, to_interactions
from rr_data.sources.item_table import read_table
from rr_data.sources.source import RawData


@dataclass(frozen=True, slots=True)
class Tabular(ColumnNames):
    """Reads one or more tables with a header. Its further options are those of `ColumnNames`.

    Attributes:
        separator: one character; None means a tab in `.tsv` files and a comma in others.
    """

    separator: str | None = None

    def __post_init__(self) -> None:
        """Check unit and separator."""
        ColumnNames.__post_init__(self)
        sign = self.separator
        if sign is not None and (len(sign) != 1 or not sign.isascii() or sign in '"\r\n'):
            raise OptionError("separator", sign, "one ASCII character, no quote and no line end")

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files; see `Source.read`."""
        interactions, rejected = [], []
        for index, path in enumerate(paths):
            rows, unreadable = read_table(path, separator=self.separator, types=numeric_types(self), strip=True)
            good, bad = to_interactions(rows, self, path=path, file_index=index, stripped=True)
            interactions.append(good)
            rejected += [unreadable, bad]
        return RawData(pl.concat(interactions), tuple(paths), rejected=pl.concat(rejected))
