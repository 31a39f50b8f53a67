"""S3-Rec's and P5's sequence files: `user item item ...` a line, oldest first, no header, no times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.item_table import read_table
from rr_data.sources.raw_text import read_raw
from rr_data.sources.source import RAW_INTERACTIONS, RawData, rejected_rows

_WORDS: Final = "words"
_NAME: Final = "reviewer_id"


@dataclass(frozen=True, slots=True)
class S3Rec:
    """Reads one or more sequence files.

    Attributes:
        users: path of a table with columns `user_id` and `reviewer_id`; users are then named by the latter.
    """

    users: str | None = None

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files; see `Source.read`."""
        tables = [_read_sequences(path, index) for index, path in enumerate(paths)]
        interactions = pl.concat([rows for rows, _ in tables])
        rejected = pl.concat([rows for _, rows in tables])
        if self.users is None:
            return RawData(interactions, tuple(paths), rejected=rejected)
        table = Path(self.users)
        return RawData(_renamed(interactions, table), (*paths, table), rejected=rejected)


def _read_sequences(path: Path, file_index: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    raw = read_raw(path)
    lines = pl.DataFrame(raw.lines(), schema={Columns.LINE: pl.Int64(), _WORDS: pl.String()}, orient="row")
    split = lines.with_columns(pl.col(_WORDS).str.extract_all(r"\S+"))
    length = pl.col(_WORDS).list.len()
    rejects: list[tuple[int | None, str]] = [
        (line, "not UTF-8" if words is None else "a user without items")
        for line, words in split.filter(pl.col(_WORDS).is_null() | (length == 1)).iter_rows()
    ]
    if raw.damage is not None:
        rejects.append((raw.n_lines, raw.damage))
    interactions = (
        split.filter(length > 1)
        .select(
            pl.col(_WORDS).list.first().alias(Columns.USER_ID),
            pl.col(_WORDS).list.slice(1).alias(Columns.ITEM_ID),
            pl.lit(None, pl.Int64).alias(Columns.TIMESTAMP),
            pl.lit(None, pl.Float32).alias(Columns.RATING),
            pl.lit(file_index, pl.UInt16).alias(Columns.FILE),
            pl.col(Columns.LINE),
        )
        .explode(Columns.ITEM_ID)
    )
    return interactions.select(RAW_INTERACTIONS.names()), rejected_rows(path, rejects)


def _renamed(interactions: pl.DataFrame, path: Path) -> pl.DataFrame:
    table, _ = read_table(path)
    if not {Columns.USER_ID, _NAME} <= set(table.columns):
        raise UnreadableSourceError(
            f"{path}: columns {', '.join(table.columns)}; expected {Columns.USER_ID} and {_NAME}"
        )
    names = table.drop_nulls([Columns.USER_ID, _NAME]).unique(Columns.USER_ID, keep="first", maintain_order=True)
    if names[_NAME].n_unique() < names.height:
        raise UnreadableSourceError(f"{path}: two users share one {_NAME}; expected every user's own")
    new = names.select(pl.col(Columns.USER_ID).cast(pl.String), pl.col(_NAME).cast(pl.String))
    unnamed = interactions.join(new, on=Columns.USER_ID, how="anti")
    if unnamed.height:
        raise UnreadableSourceError(f"{path}: no {_NAME} for user {unnamed[Columns.USER_ID][0]!r}; expected all users")
    joined = interactions.join(new, on=Columns.USER_ID, how="left", maintain_order="left")
    return joined.with_columns(pl.col(_NAME).alias(Columns.USER_ID)).select(RAW_INTERACTIONS.names())
