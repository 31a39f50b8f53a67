"""PixelRec: interactions with the item first, and a table of videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.interaction_table import ColumnNames, numeric_types, to_interactions
from rr_data.sources.item_table import read_table, to_items
from rr_data.sources.raw_files import first_line
from rr_data.sources.source import RawData

_TAG: Final = "tag"
_SUFFIXES: Final = (".csv", ".csv.gz")


@dataclass(frozen=True, slots=True)
class PixelRec:
    """Reads PixelRec's interactions (200K, 1M, 8M or all) and, where it is there, `item_info.csv`.

    Paths are the files in any order, or a folder that holds one of each; a file with a column `user_id` has the
    interactions. A video's tag becomes its category and its description its text. The counters of views, thumbs and the
    like are ignored: they were taken after the interactions, and tell which of them were to come.

    Attributes:
        time_unit: `s`, `ms`, `us` or `ns`.
    """

    time_unit: str = "s"

    def __post_init__(self) -> None:
        """Check the unit."""
        self._names()

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files; see `Source.read`."""
        interaction_path, item_path = _recognised(paths)
        rows, rejected = read_table(interaction_path, types=numeric_types(self._names()), strip=True)
        interactions, more = to_interactions(rows, self._names(), path=interaction_path, file_index=0, stripped=True)
        if item_path is None:
            return RawData(interactions, (interaction_path,), rejected=pl.concat([rejected, more]))
        items, item_rejected = _items(item_path)
        files = (interaction_path, item_path)
        return RawData(interactions, files, items, rejected=pl.concat([rejected, more, item_rejected]))

    def _names(self) -> ColumnNames:
        return ColumnNames(time_unit=self.time_unit)


def _recognised(paths: Sequence[Path]) -> tuple[Path, Path | None]:
    found = [file for path in paths for file in _files(path)]
    tables = {True: list[Path](), False: list[Path]()}
    for file in found:
        tables[Columns.USER_ID in first_line(file)].append(file)
    if len(tables[True]) != 1 or len(tables[False]) > 1:
        names = ", ".join(file.name for file in found) or "no CSV file"
        raise UnreadableSourceError(
            f"{', '.join(map(str, paths))}: {names}; expected one table of interactions, with a column "
            f"{Columns.USER_ID!r} in its header, and at most one of items"
        )
    return tables[True][0], next(iter(tables[False]), None)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file() and file.name.endswith(_SUFFIXES))
    return [path]


def _items(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows, rejected = read_table(path)
    if _TAG in rows.columns:
        tag = pl.col(_TAG).str.strip_chars()
        tags = pl.concat_list(pl.when(tag != "").then(tag)).list.drop_nulls()
        rows = rows.with_columns(tags.alias(Columns.CATEGORIES)).drop(_TAG)
    items, more = to_items(rows, path=path)
    return items, pl.concat([rejected, more])
