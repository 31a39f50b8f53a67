"""Lines of raw files, plain or gzip, damaged or not: all at once, or a block at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rr_data.sources.byte_stream import DamagedFileError, stream_bytes

_PIECE: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class RawText:
    """A file's content, or some whole lines of it.

    Attributes:
        data: its bytes, decompressed, without a byte-order mark.
        damage: why the content ends early, or None. The whole lines before the damage are in `data`; the torn line is
            not, for half a row can pass for a row.
        first_line: number of the first line.
    """

    data: bytes
    damage: str | None = None
    first_line: int = 1

    @property
    def n_lines(self) -> int:
        """Lines, counting a last one without a line feed."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") and bool(self.data))

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """Line numbers and lines without their ends; None where one is not UTF-8."""
        for number, line in enumerate(io.BytesIO(self.data), start=self.first_line):
            try:
                yield number, line.removesuffix(b"\n").removesuffix(b"\r").decode()
            except UnicodeDecodeError:
                yield number, None


def read_raw(path: Path) -> RawText:
    """Read a file, decompressing gzip whatever its name. It is held in memory once.

    Raises:
        UnreadableSourceError: no such file, or one that the system refuses to read.
    """
    content = io.BytesIO()
    try:
        for piece in stream_bytes(path, size=_PIECE):
            content.write(piece)
    except DamagedFileError as error:
        return _damaged(content.getvalue(), error)
    return RawText(content.getvalue())


def read_blocks(path: Path, *, size: int) -> Iterator[RawText]:
    """Read a file as `read_raw` does, some whole lines at a time; two blocks are in memory at most.

    Args:
        path: of the file.
        size: bytes of a block; a longer line makes a longer one.

    Yields:
        At least one block. The last one, which may be empty, says what was damaged.

    Raises:
        UnreadableSourceError: as `read_raw`.
    """
    first_line, pieces, length = 1, [b""], 0
    try:
        for piece in stream_bytes(path, size=size):
            pieces.append(piece)
            length += len(piece)
            end = piece.rfind(b"\n") + 1
            if length < size or end == 0:
                continue
            block = RawText(b"".join([*pieces[:-1], memoryview(piece)[:end]]), first_line=first_line)
            pieces, length = [piece[end:]], len(piece) - end
            yield block
            first_line += block.n_lines
    except DamagedFileError as error:
        yield _damaged(b"".join(pieces), error, first_line)
    else:
        yield RawText(b"".join(pieces), first_line=first_line)


def _damaged(data: bytes, error: DamagedFileError, first_line: int = 1) -> RawText:
    whole = data[: data.rfind(b"\n") + 1]
    return RawText(whole, f"damaged gzip, the rest is lost: {error}", first_line)
