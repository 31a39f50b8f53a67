"""Tables in text: a header, a separator, and rows that may be damaged.

A file is read a block at a time, so that a large one, plain or gzip, is never in memory as text. Polars reads clean
blocks. One with anything odd in it is cut into smaller ones, and a small one that is odd is read row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.clean_blocks import NO_TYPES, read_clean_block
from rr_data.sources.delimited_rows import Layout, Rejects, RowReader
from rr_data.sources.raw_text import RawText, read_blocks
from rr_data.sources.source import rejected_rows

_BLOCK: Final = 1 << 24  # below the size from which allocators give memory back at once
_SMALL: Final = 1 << 16
_CUTS: Final = 16


def read_delimited(
    path: Path,
    *,
    separator: str,
    quoted: bool,
    types: Mapping[str, pl.DataType] = NO_TYPES,
    strip: bool = False,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a delimited text file with a header.

    Args:
        path: plain or gzip, UTF-8.
        separator: one character.
        quoted: whether fields may stand in double quotes.
        types: numeric types of columns that the file may have. Where all of their values fit, these columns come in
            their types, which is faster; where one does not, all columns come as strings.
        strip: take blanks off both ends of every field, and make empty fields null whether quoted or not.

    Returns:
        The rows, columns as strings (null where empty or cut off) except for `types`, and `line`, where a row ends; and
        the rejected rows. Blank lines are skipped.

    Raises:
        UnreadableSourceError: no such file, no header, or a header that names a column twice.
    """
    layout = Layout(_header(path, separator, quoted), separator, quoted, strip)
    read = _read_typed(path, layout, types) if types.keys() & set(layout.header) else None
    parts, rejects = _read_strings(path, layout) if read is None else read
    return pl.concat([_without_blank_lines(part) for part in parts], rechunk=False), rejected_rows(path, rejects)


def _header(path: Path, separator: str, quoted: bool) -> tuple[str, ...]:
    block = next(read_blocks(path, size=_SMALL))
    first = block.data.partition(b"\n")[0].decode(errors="replace").removesuffix("\r")
    try:
        names = next(csv.reader([first], delimiter=separator)) if quoted and first else first.split(separator)
    except csv.Error as error:
        raise UnreadableSourceError(f"{path}: the header cannot be read: {error}") from error
    if not first.strip():
        raise UnreadableSourceError(f"{path}: the file is empty; expected a header line")
    if len(set(names)) < len(names) or "" in names:
        raise UnreadableSourceError(f"{path}: header {names}; expected every column named, and named once")
    return tuple(names)


def _bodies(path: Path) -> Iterator[RawText]:
    """The file's blocks without the header."""
    for block in read_blocks(path, size=_BLOCK):
        if block.first_line > 1:
            yield block
        else:
            feed = block.data.find(b"\n")
            data = block.data[feed + 1 :] if feed >= 0 else b""
            yield RawText(data, block.damage, first_line=2)


def _read_typed(
    path: Path, layout: Layout, types: Mapping[str, pl.DataType]
) -> tuple[list[pl.DataFrame], Rejects] | None:
    """All of the file by Polars, or None where it cannot be read so."""
    parts: list[pl.DataFrame] = []
    rejects: Rejects = []
    for block in _bodies(path):
        rows = read_clean_block(block, layout, types)
        if rows is None:
            return None
        parts.append(rows)
        rejects += _damage(block)
    return parts, rejects


def _read_strings(path: Path, layout: Layout) -> tuple[list[pl.DataFrame], Rejects]:
    """Clean blocks by Polars, odd ones row by row."""
    reader = RowReader(layout)
    parts: list[pl.DataFrame] = []
    damage: Rejects = []
    rest = RawText(b"", first_line=2)  # the beginning of a row that goes on in the next block
    for body in _bodies(path):
        damage += _damage(body)
        pending = [body]
        while pending:
            block = pending.pop()
            rows = None if rest.data else read_clean_block(block, layout)
            if rows is not None:
                parts.append(rows)
            elif len(smaller := _cut(block)) > 1:
                pending += reversed(smaller)
            else:
                rest = _read_slowly(reader, rest, block)
                parts.append(reader.take_rows())
    reader.read(rest, last=True)
    return [*parts, reader.take_rows()], reader.rejects + damage


def _cut(block: RawText) -> list[RawText]:
    """Smaller blocks of whole lines; only the block itself if it is small or cannot be cut."""
    size = len(block.data) if len(block.data) <= _SMALL else -(-len(block.data) // _CUTS)
    pieces: list[RawText] = []
    start, line = 0, block.first_line
    while start < len(block.data):
        feed = block.data.find(b"\n", start + size - 1)
        end = feed + 1 if feed >= 0 else len(block.data)
        pieces.append(RawText(block.data[start:end], first_line=line))
        start, line = end, line + pieces[-1].n_lines
    return pieces


def _read_slowly(reader: RowReader, rest: RawText, block: RawText) -> RawText:
    """Read rows one by one; the lines of a last one that goes on after the block."""
    data = rest.data + block.data
    first_line = rest.first_line if rest.data else block.first_line
    left = reader.read(RawText(data, first_line=first_line), last=False)
    if not left:
        return RawText(b"")
    lines = io.BytesIO(data).readlines()[-left:]
    return RawText(b"".join(lines), first_line=block.first_line + block.n_lines - left)


def _damage(block: RawText) -> Rejects:
    return [] if block.damage is None else [(block.first_line + block.n_lines, block.damage)]


def _without_blank_lines(rows: pl.DataFrame) -> pl.DataFrame:
    fields = rows.drop(Columns.LINE)
    if rows.height == 0 or any(fields.to_series(index).null_count() == 0 for index in range(fields.width)):
        return rows
    return rows.filter(~pl.all_horizontal(pl.col(fields.columns).is_null()))
