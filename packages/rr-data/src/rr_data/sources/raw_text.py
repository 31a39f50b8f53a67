"""Bytes and lines of raw files, plain or gzip, damaged or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rr_data.errors import UnreadableSourceError

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RawText:
    """A file's content.

    Attributes:
        data: its bytes, decompressed, without a byte-order mark.
        damage: why the content ends early, or None. What came before the damage is in `data`.
    """

    data: bytes
    damage: str | None = None

    @property
    def n_lines(self) -> int:
        """Lines, counting a last one without a line feed."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") and bool(self.data))

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """Line number from 1 and the line without its end; None where it is not UTF-8."""
        for number, line in enumerate(self.data.split(b"\n"), start=1):
            try:
                yield number, line.removesuffix(b"\r").decode()
            except UnicodeDecodeError:
                yield number, None


def read_raw(path: Path) -> RawText:
    """Read a file, decompressing gzip whatever its name.

    Raises:
        UnreadableSourceError: no such file, or one that the system refuses to read.
    """
    if not path.is_file():
        raise UnreadableSourceError(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        raw = _unzip(path) if zipped else RawText(path.read_bytes())
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    return RawText(raw.data.removeprefix(_BOM), raw.damage)


def _unzip(path: Path) -> RawText:
    blocks: list[bytes] = []
    try:
        with gzip.open(path) as file:
            while block := file.read1(_BLOCK):
                blocks.append(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        return RawText(b"".join(blocks), f"damaged gzip, the rest is lost: {error}")
    return RawText(b"".join(blocks))
