"""Tables in text: a header, a separator, and rows that may be damaged.

Polars reads clean files. A file with anything odd in it is read again row by row, so that each row that cannot be used
is named by its line and costs no other row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.raw_text import RawText, read_raw
from rr_data.sources.source import rejected_rows


def read_delimited(path: Path, *, separator: str, quoted: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a delimited text file with a header.

    Args:
        path: plain or gzip, UTF-8.
        separator: one character.
        quoted: whether fields may stand in double quotes.

    Returns:
        The rows, all columns as strings (null where empty or cut off) and `line`; and the rejected rows.
        Blank lines are skipped.

    Raises:
        UnreadableSourceError: no such file, no header, or a header that names a column twice.
    """
    raw = read_raw(path)
    header = _header(path, raw, separator, quoted)
    quick = _read_quickly(raw, separator, quoted)
    rows, rejects = (quick, []) if quick is not None else _read_row_by_row(raw, header, separator, quoted)
    if raw.damage is not None:
        rejects.append((raw.n_lines, raw.damage))
    return rows.filter(~pl.all_horizontal(pl.col(header).is_null())), rejected_rows(path, rejects)


def _header(path: Path, raw: RawText, separator: str, quoted: bool) -> list[str]:
    first = raw.data.partition(b"\n")[0].decode(errors="replace").removesuffix("\r")
    names = next(csv.reader([first], delimiter=separator)) if quoted and first else first.split(separator)
    if not first.strip():
        raise UnreadableSourceError(f"{path}: the file is empty; expected a header line")
    if len(set(names)) < len(names) or "" in names:
        raise UnreadableSourceError(f"{path}: header {names}; expected every column named, and named once")
    return names


def _read_quickly(raw: RawText, separator: str, quoted: bool) -> pl.DataFrame | None:
    """Polars' reading, or None where its rows cannot be matched with lines."""
    try:
        rows = pl.read_csv(raw.data, separator=separator, quote_char='"' if quoted else None, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    if rows.height != raw.n_lines - 1:
        return None
    return rows.with_columns(pl.int_range(2, rows.height + 2, dtype=pl.Int64).alias(Columns.LINE))


def _read_row_by_row(
    raw: RawText, header: list[str], separator: str, quoted: bool
) -> tuple[pl.DataFrame, list[tuple[int | None, str]]]:
    rows: list[list[str | int | None]] = []
    rejects: list[tuple[int | None, str]] = []
    for line, values in _rows(raw, separator, quoted, rejects):
        if len(values) > len(header):
            rejects.append((line, f"{len(values)} fields; the header has {len(header)}"))
        elif line > 1:
            rows.append([*(value or None for value in values), *[None] * (len(header) - len(values)), line])
    schema = {**dict.fromkeys(header, pl.String()), Columns.LINE: pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row"), rejects


def _rows(
    raw: RawText, separator: str, quoted: bool, rejects: list[tuple[int | None, str]]
) -> Iterator[tuple[int, list[str]]]:
    """The line at which a row ends, and its fields; lines that cannot be read are added to `rejects`."""
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for number, text in raw.lines():
            at = number
            if text is None:
                rejects.append((number, "not UTF-8"))
            else:
                yield f"{text}\n" if quoted else text

    if not quoted:
        yield from ((at, text.split(separator)) for text in lines())
        return
    reader = csv.reader(lines(), delimiter=separator)
    while True:
        try:
            values = next(reader)
            yield at, values
        except csv.Error as error:
            rejects.append((at, str(error)))
        except StopIteration:
            return
