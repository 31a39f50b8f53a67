"""Rows of delimited text read one by one: a row that cannot be used is named by its line and costs no other row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.sources.raw_text import RawText

MOST_LINES: Final = 1000  # that a row may go over; a quote still open there was none
MOST_CHARACTERS: Final = 1 << 20
Lines = Sequence[tuple[int, str | None]]
Rejects = list[tuple[int | None, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file separates fields.

    Attributes:
        header: names of the columns.
        separator: one character.
        quoted: whether fields may stand in double quotes.
        strip: whether blanks around a field are taken off.
    """

    header: tuple[str, ...]
    separator: str
    quoted: bool
    strip: bool = False


@dataclass(slots=True)
class RowReader:
    """Collects the rows of blocks of lines.

    A quoted field may go on over lines. Where that leads to no proper row (the quote never closes, something stands
    between it and the separator, there are too many fields), each of the lines is read as a row of its own.

    Attributes:
        layout: how fields are separated.
        rejects: line and reason of rows that cannot be used.
    """

    layout: Layout
    rejects: Rejects = field(default_factory=list)
    _rows: list[list[str | int | None]] = field(default_factory=list)

    def read(self, block: RawText, *, last: bool) -> int:
        """Read a block that begins with a row.

        Args:
            block: whole lines.
            last: whether nothing follows.

        Returns:
            How many lines at its end belong to a row that goes on in the next block; these have not been read.
        """
        lines = list(block.lines())
        at = alone_until = 0
        while at < len(lines):
            number, text = lines[at]
            if text is not None and self.layout.quoted and '"' in text and at >= alone_until:
                span = _Span(lines, at)
                if self._add_span(span):
                    at = span.end
                elif span.cut_off and not last:
                    return len(lines) - at
                else:
                    alone_until = span.end
                continue
            self._add_line(number, text)
            at += 1
        return 0

    def take_rows(self) -> pl.DataFrame:
        """The rows since the last call: every column as strings, null where empty or cut off, and `line`."""
        schema = {**dict.fromkeys(self.layout.header, pl.String()), Columns.LINE: pl.Int64()}
        table = pl.DataFrame(self._rows, schema=schema, orient="row")
        self._rows.clear()
        return table

    def _add_span(self, span: _Span) -> bool:
        """Add a row over one or more lines, if it is a proper one."""
        try:
            values = next(csv.reader(span, delimiter=self.layout.separator, strict=True))
        except (csv.Error, StopIteration):
            return False
        if len(values) > len(self.layout.header):
            return False
        self.rejects += ((line, "not UTF-8") for line in span.unreadable)
        self._add(span.last_line, values)
        return True

    def _add_line(self, number: int, text: str | None) -> None:
        if text is None:
            self.rejects.append((number, "not UTF-8"))
        elif not self.layout.quoted or '"' not in text:
            self._add(number, text.split(self.layout.separator))
        else:
            span = _Span([(number, text)], 0)
            try:
                values = next(csv.reader(span, delimiter=self.layout.separator))
            except csv.Error as error:
                self.rejects.append((number, str(error)))
                return
            if span.cut_off:
                self.rejects.append((number, "a quote that does not close"))
            else:
                self._add(number, values)

    def _add(self, number: int, values: Sequence[str]) -> None:
        missing = len(self.layout.header) - len(values)
        if missing < 0:
            self.rejects.append((number, f"{len(values)} fields; the header has {len(self.layout.header)}"))
        else:
            values = [value.strip() for value in values] if self.layout.strip else values
            self._rows.append([*(value or None for value in values), *[None] * missing, number])


class _Span:
    """The lines of one row, as csv.reader asks for them."""

    def __init__(self, lines: Lines, start: int) -> None:
        self._lines, self._start, self._characters = lines, start, 0
        self.end = start
        self.cut_off = False  # it asked for a line after the last one
        self.unreadable: list[int] = []

    @property
    def last_line(self) -> int:
        return self._lines[self.end - 1][0]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while self.end - self._start < MOST_LINES and self._characters < MOST_CHARACTERS:
            if self.end == len(self._lines):
                self.cut_off = True
                break
            number, text = self._lines[self.end]
            self.end += 1
            if text is not None:
                self._characters += len(text)
                return f"{text}\n"
            self.unreadable.append(number)
        raise StopIteration
