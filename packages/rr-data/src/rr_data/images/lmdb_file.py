"""The records of an LMDB file, read without liblmdb.

liblmdb trusts the pages it maps: a damaged or hostile file ends the process. This reader takes nothing for granted,
reads every page at most once, and never writes (not even a lock file). It reads the main database of data version 1,
which LMDB 0.9 writes on 64-bit machines of little-endian order.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from threading import Lock
from typing import Final

from rr_data.errors import ImageError

MAGIC: Final = 0xBEEFC0DE
DATA_FILE: Final = "data.mdb"
_VERSION: Final = 1
_HEADER: Final = 16
_META: Final = struct.Struct("<II16x48xIHH5QQQ")  # magic, version, [map], [free list], main database, last page, id
_PAGE_SIZE: Final = struct.Struct("<40xI")  # lies where the free list's record would keep a pad
_NODE: Final = struct.Struct("<HHHH")  # low and high half of a size or page number, flags, size of the key
_BRANCH, _LEAF, _OVERFLOW = 0x01, 0x02, 0x04
_BIG, _NESTED = 0x01, 0x02 | 0x04
_NO_PAGE: Final = (1 << 64) - 1


class LmdbFile:
    """Keys and values of one LMDB file. Reading is safe from several threads."""

    def __init__(self, path: Path) -> None:
        """Open a file, or the folder with its `data.mdb`, and find the place of every record.

        Damaged pages are left out and counted in `damaged`.

        Raises:
            ImageError: not an LMDB file, or one of another version.
        """
        self.path = path / DATA_FILE if path.is_dir() else path
        self.damaged = 0
        self._lock = Lock()
        try:
            self._file = self.path.open("rb")
        except OSError as error:
            raise ImageError(f"{path}: cannot be opened: {error.strerror}") from error
        self._size = os.fstat(self._file.fileno()).st_size
        try:
            self._page_size, root = self._newest_meta()
            self._places = self._walk(root)
        except BaseException:
            self._file.close()
            raise

    @property
    def places(self) -> dict[bytes, tuple[int, int]]:
        """Offset and length of the value of each key."""
        return self._places

    def read(self, key: bytes) -> bytes:
        """The value of a key.

        Raises:
            KeyError: no such key.
            ImageError: the value reaches past the end of the file.
        """
        offset, length = self._places[key]
        if offset + length > self._size:
            raise ImageError(f"{self.path.name}: the value of {key!r} reaches past the end of the file")
        return self._bytes(offset, length)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _bytes(self, offset: int, length: int) -> bytes:
        with self._lock:
            self._file.seek(offset)
            return self._file.read(length)

    def _newest_meta(self) -> tuple[int, int]:
        """Page size, and root page of the main database."""
        page_size = _PAGE_SIZE.unpack(self._bytes(0, _HEADER + 28).ljust(_HEADER + 28, b"\0"))[0]
        metas = []
        for place in (0, page_size):
            content = self._bytes(place + _HEADER, _META.size)
            if len(content) == _META.size:
                magic, version, *_, root, _, transaction = _META.unpack(content)
                if magic == MAGIC and version != _VERSION:
                    raise ImageError(f"{self.path}: LMDB data version {version}; expected {_VERSION}")
                metas += [(transaction, root)] if magic == MAGIC else []
        if not metas or page_size not in (1 << bits for bits in range(8, 17)):
            raise ImageError(f"{self.path}: not an LMDB file")
        return page_size, max(metas)[1]

    def _walk(self, root: int) -> dict[bytes, tuple[int, int]]:
        places: dict[bytes, tuple[int, int]] = {}
        waiting, seen = [root] if root != _NO_PAGE else [], set[int]()
        while waiting:
            number = waiting.pop()
            if number in seen:
                self.damaged += 1
                continue
            seen.add(number)
            page = self._page(number)
            try:
                waiting += self._nodes(page, number, places)
            except (struct.error, ValueError):
                self.damaged += 1
        return places

    def _page(self, number: int) -> bytes:
        offset = number * self._page_size
        return self._bytes(offset, self._page_size) if offset < self._size else b""

    def _nodes(self, page: bytes, number: int, places: dict[bytes, tuple[int, int]]) -> list[int]:
        """Take note of a leaf's records, or give the pages under a branch."""
        flags, lower = struct.unpack_from("<10xHH", page)
        if flags & (_BRANCH | _LEAF) not in (_BRANCH, _LEAF) or flags & ~(_BRANCH | _LEAF | 0x10):
            raise ValueError("neither a branch nor a leaf")
        below: list[int] = []
        for (start,) in struct.iter_unpack("<H", page[_HEADER : min(lower, len(page)) & ~1]):
            low, high, node_flags, key_size = _NODE.unpack_from(page, start)
            if flags & _BRANCH:
                below.append(low | high << 16 | node_flags << 32)
                continue
            value = start + _NODE.size + key_size
            if node_flags & _NESTED or value > len(page):
                self.damaged += 1
                continue
            key = page[start + _NODE.size : value]
            place = self._place(page, number, value, low | high << 16, big=bool(node_flags & _BIG))
            places[key] = place
        return below

    def _place(self, page: bytes, number: int, value: int, length: int, *, big: bool) -> tuple[int, int]:
        if big:  # the value has pages of its own
            (first,) = struct.unpack_from("<Q", page, value)
            return first * self._page_size + _HEADER, length
        return number * self._page_size + value, length
