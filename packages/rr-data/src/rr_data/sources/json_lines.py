"""Files with one JSON value a line, read into typed columns, a run of lines at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import DataError
from rr_data.sources.line_stream import Rejects, stream_lines

Parse = Callable[[str], Any]
Take = Callable[[Any], tuple[Any, ...] | None]
_JSON: Final = json.JSONDecoder()


class BadRowError(DataError):
    """One row cannot be used; its message becomes the reason among the rejected rows."""


def parse_json(line: str) -> Any:
    """The value of a line of JSON.

    Raises:
        BadRowError: not JSON, nested too deep, or more than one value.

    Example:
        >>> parse_json('{"asin": "B01", "overall": 5.0}')
        {'asin': 'B01', 'overall': 5.0}
    """
    text = line.strip()
    try:
        value, end = _JSON.raw_decode(text)
    except json.JSONDecodeError as error:
        raise BadRowError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise BadRowError("not JSON: nested too deep") from None
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise BadRowError(f"not JSON: {str(error).partition(';')[0]}") from None
    if end < len(text):
        raise BadRowError(f"not JSON: more than one value, the second at character {end + 1}")
    return value


def chunks(
    path: Path, take: Take, rejects: Rejects, *, parse: Parse = parse_json, keep_torn: bool = True
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a file, some thousand at a time.

    Args:
        path: plain or gzip.
        take: makes a row's values of a parsed line; None skips the line, `BadRowError` rejects it.
        rejects: receives line and reason of what cannot be used.
        parse: makes a value of a line's text. Blank lines never reach it.
        keep_torn: see `stream_lines`.

    Yields:
        Rows: the line, and what `take` made of it.

    Raises:
        UnreadableSourceError: see `stream_lines`.
    """
    for first, lines in stream_lines(path, rejects, keep_torn=keep_torn):
        rows: list[tuple[Any, ...]] = []
        for number, line in enumerate(lines, start=first):
            if line is None or not line or line.isspace():
                continue
            try:
                values = take(parse(line))
            except BadRowError as error:
                rejects.append((number, str(error)))
            else:
                if values is not None:
                    rows.append((number, *values))
        yield rows


def read_rows(
    path: Path, take: Take, schema: pl.Schema, *, parse: Parse = parse_json, keep_torn: bool = True
) -> tuple[pl.DataFrame, Rejects]:
    """Read a file into a table.

    Args:
        path: plain or gzip.
        take: see `chunks`; its values stand in the order of `schema`.
        schema: names and types of the values. Text may hold anything that JSON can: halves of surrogate pairs, which
            are no characters, become U+FFFD.
        parse: see `chunks`.
        keep_torn: see `stream_lines`.

    Returns:
        The rows with `line` before the columns of `schema`, and line and reason of the rejected ones, by line.

    Raises:
        UnreadableSourceError: see `stream_lines`.
    """
    rejects: Rejects = []
    typed = pl.Schema({Columns.LINE: pl.Int64(), **schema})
    frames = [pl.DataFrame(schema=typed)]
    for rows in chunks(path, take, rejects, parse=parse, keep_torn=keep_torn):
        if rows:
            columns = zip(typed.items(), zip(*rows, strict=True), strict=True)
            frames.append(pl.DataFrame([_series(name, kind, values) for (name, kind), values in columns]))
    return pl.concat(frames, rechunk=True), sorted(rejects, key=lambda reject: reject[0] or 0)


def _series(name: str, kind: pl.DataType, values: tuple[Any, ...]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=kind)
    except UnicodeEncodeError:
        return pl.Series(name, [_encodable(value) for value in values], dtype=kind)


def _encodable(value: Any) -> Any:
    if isinstance(value, list):
        return [_encodable(part) for part in value]
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if value else value
