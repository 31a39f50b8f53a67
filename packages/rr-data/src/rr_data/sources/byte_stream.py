"""Bytes of raw files, plain or gzip, damaged or not, a piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rr_data.errors import DataError, UnreadableSourceError

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_FORMAT: Final = 31  # zlib's code for a gzip header and the largest window
_BOM: Final = b"\xef\xbb\xbf"
_ZIPPED_PIECE: Final = 1 << 16


class DamagedFileError(DataError):
    """A gzip file ends before its content does; readers turn it into a rejected row."""


def stream_bytes(path: Path, *, size: int = 1 << 20) -> Iterator[bytes]:
    """Read a file, decompressing gzip whatever its name, without a byte-order mark.

    Args:
        path: of the file.
        size: bytes that a piece has at most.

    Yields:
        Pieces, none of them empty, all that stand before a damage.

    Raises:
        UnreadableSourceError: no such file, or one that the system refuses to read.
        DamagedFileError: after the pieces, if the file is damaged.
    """
    if not path.is_file():
        raise UnreadableSourceError(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            yield from _without_mark(_unzipped(file, size) if zipped else iter(lambda: file.read(size), b""))
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror or error}") from error


def _without_mark(pieces: Iterator[bytes]) -> Iterator[bytes]:
    start, damage = b"", None
    try:
        for piece in pieces:
            start += piece
            if len(start) >= len(_BOM):
                break
    except DamagedFileError as error:  # what stands before it may be shorter than a mark
        damage = error
    start = start.removeprefix(_BOM)
    if start:
        yield start
    if damage is not None:
        raise damage
    yield from filter(None, pieces)


def _unzipped(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The content of one or more gzip members. Unlike `gzip`, it gives up no byte that stands before the damage."""
    inflater, ended = zlib.decompressobj(_GZIP_FORMAT), False
    while piece := file.read(_ZIPPED_PIECE):
        while piece:
            if ended:
                inflater, piece = zlib.decompressobj(_GZIP_FORMAT), piece.lstrip(b"\0")  # members may be padded
                ended = not piece
                continue
            before = inflater.copy()
            try:
                yield inflater.decompress(piece, size)
            except zlib.error as error:
                yield _bytewise(before, piece)
                raise DamagedFileError(str(error)) from error
            ended = inflater.eof
            piece = inflater.unused_data if ended else inflater.unconsumed_tail
    yield inflater.flush()
    if not ended:
        raise DamagedFileError("the file ends early")


def _bytewise(inflater: zlib._Decompress, piece: bytes) -> bytes:
    """What `piece` holds before the byte that cannot be unzipped; zlib itself returns nothing of it."""
    found: list[bytes] = []
    try:
        for at in range(len(piece)):
            found.append(inflater.decompress(piece[at : at + 1]))
    except zlib.error:
        pass
    return b"".join(found)
