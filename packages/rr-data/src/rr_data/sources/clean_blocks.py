"""Blocks of delimited text in which every line is a row: what Polars reads fast and right."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from rr_data.columns import Columns
from rr_data.sources.delimited_rows import Layout
from rr_data.sources.raw_text import RawText

NO_TYPES: Final[Mapping[str, pl.DataType]] = MappingProxyType({})


def read_clean_block(
    block: RawText, layout: Layout, types: Mapping[str, pl.DataType] = NO_TYPES
) -> pl.DataFrame | None:
    """Read whole lines with Polars.

    Args:
        block: lines that begin with a row.
        layout: how fields are separated.
        types: of columns that do not come as strings.

    Returns:
        The rows and their `line`; None where rows cannot be matched with lines or a value does not fit its type.
    """
    schema = {name: types.get(name, pl.String()) for name in layout.header}
    if not block.data:
        return pl.DataFrame(schema={**schema, Columns.LINE: pl.Int64()})
    if layout.quoted and block.data.count(b'"') % 2:
        return None  # the block may end inside a field
    try:
        rows = pl.read_csv(
            block.data,
            has_header=False,
            schema=schema,
            separator=layout.separator,
            quote_char='"' if layout.quoted else None,
        )
    except pl.exceptions.PolarsError:
        return None
    if rows.height != block.n_lines:
        return None
    if layout.strip and not _is_plain(block.data, layout.separator):
        rows = without_blanks(rows)
    first = block.first_line
    return rows.with_columns(pl.int_range(first, first + rows.height, dtype=pl.Int64).alias(Columns.LINE))


def without_blanks(rows: pl.DataFrame) -> pl.DataFrame:
    """All strings without blanks around them, null where nothing is left."""
    texts = [name for name, kind in rows.schema.items() if kind == pl.String()]
    return rows.with_columns(without_blanks_around(pl.col(name)) for name in texts)


def without_blanks_around(text: pl.Expr) -> pl.Expr:
    """A column of strings without blanks around them, null where nothing is left."""
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare)


def _is_plain(data: bytes, separator: str) -> bool:
    """Whether no field can have a blank at its ends, or quotes around nothing: so it is in most large files."""
    if not data.isascii() or b'"' in data:
        return False
    blanks = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) <= ord(" ")))
    return blanks == data.count(b"\n") + (data.count(separator.encode()) if separator <= " " else 0)
