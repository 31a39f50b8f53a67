"""Tables in text without a header: one row a line, fields by place, and lines that may be damaged."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.sources.raw_text import RawText, read_blocks
from rr_data.sources.source import rejected_rows

WORDS: Final = "words"
Rejects = list[tuple[int | None, str]]
_TEXT: Final = "text_of_line"
_MORE: Final = "fields_too_many"
_BLOCK: Final = 1 << 24
_NEVER: Final = "\x1f"  # a separator that no file uses, so that Polars takes each line as one field


def read_headerless(
    path: Path, *, separator: str, names: Sequence[str], quoted: bool = False, fallback: str | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a delimited text file that has no header.

    Args:
        path: plain or gzip.
        separator: one or more characters.
        names: what to call the fields, in their order.
        quoted: whether fields may stand in double quotes. A quote does not reach beyond its line, so that a stray one
            costs no other row.
        fallback: encoding of lines that are not UTF-8; None rejects them.

    Returns:
        The rows, all columns as strings (null where empty or absent) and `line`; and the rejected rows: those with
        more fields than names, and lines that cannot be read. Blank lines are skipped.

    Raises:
        UnreadableSourceError: no such file, or one that cannot be read.
    """
    fields = [*names, _MORE]

    def split(lines: pl.DataFrame) -> pl.DataFrame:
        if quoted:
            return _split_quoted(lines, separator, fields)
        parts = pl.col(_TEXT).str.splitn(separator, len(fields)).struct.rename_fields(fields)
        return lines.select(Columns.LINE, parts).unnest(_TEXT)

    rows, rejects = _read(path, split, fallback)
    too_many = rows.filter(pl.col(_MORE).is_not_null())[Columns.LINE]
    rejects += [(line, f"more than {len(names)} fields") for line in too_many]
    kept = rows.filter(pl.col(_MORE).is_null())
    present = (pl.when(pl.col(name) != "").then(pl.col(name)) for name in names)
    return kept.select(*present, Columns.LINE), rejected_rows(path, sorted(rejects, key=lambda reject: reject[0] or 0))


def read_words(path: Path) -> tuple[pl.DataFrame, Rejects]:
    """The lines of a file as `line` and `words`, what stands between blanks; and what cannot be read.

    Raises:
        UnreadableSourceError: no such file, or one that cannot be read.
    """
    words = pl.col(_TEXT).str.extract_all(r"\S+").alias(WORDS)
    return _read(path, lambda lines: lines.select(Columns.LINE, words), None)


def _read(
    path: Path, split: Callable[[pl.DataFrame], pl.DataFrame], fallback: str | None
) -> tuple[pl.DataFrame, Rejects]:
    """What `split` makes of the lines that are not blank, a block of lines at a time."""
    rejects: Rejects = []
    frames = []
    for block in read_blocks(path, size=_BLOCK):
        lines = _lines(_without_torn_line(block, rejects), rejects, fallback)
        frames.append(split(lines.filter(pl.col(_TEXT).str.contains(r"\S"))))
    return pl.concat(frames), rejects


def _without_torn_line(block: RawText, rejects: Rejects) -> RawText:
    """Nobody knows whether the last line before damage is whole: half a number passes for a number."""
    if block.damage is None:
        return block
    rejects.append((block.first_line + block.data.count(b"\n"), block.damage))
    return RawText(block.data[: block.data.rfind(b"\n") + 1], first_line=block.first_line)


def _lines(block: RawText, rejects: Rejects, fallback: str | None) -> pl.DataFrame:
    texts = _read_quickly(block)
    if texts is None:
        texts = pl.Series([_decoded(line, fallback) for line in block.data.split(b"\n")], dtype=pl.String)
        rejects += [(block.first_line + place, "not UTF-8") for place in texts.is_null().arg_true()]
    numbers = pl.int_range(block.first_line, block.first_line + len(texts), dtype=pl.Int64, eager=True)
    return pl.DataFrame({Columns.LINE: numbers, _TEXT: texts.str.strip_suffix("\r")})


def _read_quickly(block: RawText) -> pl.Series | None:
    """Polars' reading, or None where a line is not UTF-8 or not one field."""
    if not block.data or _NEVER.encode() in block.data:
        return None
    try:
        text = pl.read_csv(block.data, has_header=False, separator=_NEVER, quote_char=None, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    return text.to_series() if text.shape == (block.n_lines, 1) else None


def _decoded(line: bytes, fallback: str | None) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(fallback, "replace") if fallback else None


def _split_quoted(lines: pl.DataFrame, separator: str, fields: Sequence[str]) -> pl.DataFrame:
    # The module `csv` refuses fields beyond its limit, and line ends inside a line.
    texts = lines[_TEXT].str.slice(0, csv.field_size_limit()).str.replace_all(r"[\r\n]", " ")
    rows = [next(csv.reader([text], delimiter=separator), [])[: len(fields)] for text in texts]
    padded = [[*row, *[None] * (len(fields) - len(row))] for row in rows]
    table = pl.DataFrame(padded, schema=dict.fromkeys(fields, pl.String()), orient="row")
    return lines.select(Columns.LINE).hstack(table)
