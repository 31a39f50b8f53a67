"""Lines of large raw files, plain or gzip, damaged or not, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rr_data.sources.byte_stream import DamagedFileError, stream_bytes

LONGEST_LINE: Final = 1 << 24
Rejects = list[tuple[int | None, str]]


def stream_lines(
    path: Path, rejects: Rejects, *, longest: int = LONGEST_LINE, keep_torn: bool = True
) -> Iterator[tuple[int, list[str | None]]]:
    """Read a file as runs of lines.

    Args:
        path: plain or gzip, whatever its name; UTF-8, with or without a byte-order mark.
        rejects: receives line and reason of what cannot be read, at the latest when the iterator ends.
        longest: bytes that a line may have. A longer one is rejected and is never in memory as a whole.
        keep_torn: whether the last line before damage, of which nobody knows whether it is whole, is read too. Right
            for formats in which half a row cannot pass for a row.

    Yields:
        The number of the run's first line, counted from 1, and its lines without their line feeds; None for a line
        that was rejected.

    Raises:
        UnreadableSourceError: no such file, or one that the system refuses to read.
    """
    number, tail, inside, damage = 1, b"", False, ""  # inside: in a line that is rejected already
    try:
        for block in stream_bytes(path):
            whole, feed, tail = (tail + block).rpartition(b"\n")
            if feed and inside:
                _, feed, whole = whole.partition(b"\n")
                number, inside = number + 1, False
            if feed:
                run = _decoded(whole, number, rejects, longest)
                yield number, run
                number += len(run)
            if len(tail) > longest:
                if not inside:
                    rejects.append((number, _too_long(longest)))
                tail, inside = b"", True
    except DamagedFileError as error:
        damage = str(error)
    if tail and not inside and (keep_torn or not damage):
        yield number, _decoded(tail, number, rejects, longest)
    if damage:
        rejects.append((number, f"damaged gzip, the rest is lost: {damage}"))


def _decoded(whole: bytes, number: int, rejects: Rejects, longest: int) -> list[str | None]:
    lines = _quickly_decoded(whole) if len(whole) <= longest else None
    if lines is None:
        lines = [_text(line, at, rejects, longest) for at, line in enumerate(whole.split(b"\n"), start=number)]
    return lines


def _quickly_decoded(whole: bytes) -> list[str | None] | None:
    try:
        return list(whole.decode().split("\n"))
    except UnicodeDecodeError:
        return None


def _text(line: bytes, number: int, rejects: Rejects, longest: int) -> str | None:
    try:
        if len(line) <= longest:
            return line.decode()
        rejects.append((number, _too_long(longest)))
    except UnicodeDecodeError:
        rejects.append((number, "not UTF-8"))
    return None


def _too_long(longest: int) -> str:
    return f"longer than {longest} bytes"
