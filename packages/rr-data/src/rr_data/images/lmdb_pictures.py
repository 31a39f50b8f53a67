"""Pictures in an LMDB, by item id: raw files, or the pickled arrays that PixelRec and its kin write."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rr_data.errors import ImageError
from rr_data.images.failures import Failure
from rr_data.images.lmdb_file import LmdbFile
from rr_data.images.pictures import MAX_BYTES
from rr_data.sources.foreign_pickle import load_plain_bytes

_PPM: Final = {1: b"P5", 3: b"P6"}  # magic of the plainest format, by channels
_PICKLED: Final = b"\x80"  # of protocol 2 or later; no picture starts so
_MAX_SIDE: Final = 1 << 14


class LmdbImage:
    """Stands in for `__main__.LMDB_Image`: whatever its state was, as attributes, unchecked."""


@dataclass(frozen=True, slots=True)
class LmdbPictures:
    """Pictures in an LMDB.

    Attributes:
        path: the LMDB, a folder or a file.
        file: the open file.
        keys: the key by item id.
    """

    path: Path
    file: LmdbFile
    keys: Mapping[str, bytes]

    @classmethod
    def open(cls, path: Path) -> LmdbPictures:
        """List the pictures: every key but `__keys__`, `__len__` and the like.

        `__keys__` is not asked, since it also lists pictures that failed.

        Raises:
            ImageError: not an LMDB, or no picture in it.
        """
        file = LmdbFile(path)
        keys = {key.decode("utf-8", "surrogateescape"): key for key in file.places if not key.startswith(b"__")}
        if not keys:
            file.close()
            raise ImageError(f"{path}: no picture in it ({file.damaged} damaged pages)")
        return cls(path, file, keys)

    @property
    def kind(self) -> str:
        """`lmdb`."""
        return "lmdb"

    @property
    def ids(self) -> AbstractSet[str]:
        """The keys as text."""
        return self.keys.keys()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """None: what cannot be read shows when it is read."""
        return ()

    def read(self, item_id: str) -> bytes:
        """The picture's file; an array becomes a PPM, which loses nothing.

        Raises:
            ImageError: a value that is not a picture, too long, or a pickle of anything else.
        """
        key = self.keys[item_id]
        if self.file.places[key][1] > MAX_BYTES:
            raise ImageError(f"unreadable picture {item_id!r}: over {MAX_BYTES >> 20} MiB")
        value = self.file.read(key)
        if not value.startswith(_PICKLED):
            return value
        try:
            return portable_pixmap(load_plain_bytes(value, {"__main__.LMDB_Image": LmdbImage}))
        except ImageError as error:
            raise ImageError(f"unreadable picture {item_id!r}: {error}") from error
        except Exception as error:  # a hostile pickle can make an unpickler raise anything
            raise ImageError(f"unreadable picture {item_id!r}: a pickle that is refused: {error}") from error

    def place(self, item_id: str) -> Path:
        """The LMDB's path and the key."""
        return self.path / item_id.replace("\0", "\\0").lstrip("/")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def portable_pixmap(value: Any) -> bytes:
    """A picture file from an unpickled value: an encoded picture as it is, an `LMDB_Image` as PPM.

    Args:
        value: bytes, or an object with `image` (bytes of 8-bit channels, row by row), `size` (height, width) and
            `channels` (1 grey, 3 red, green, blue).

    Raises:
        ImageError: anything else, or sizes that do not fit the bytes.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, LmdbImage):
        raise ImageError(f"holds {type(value).__name__}; expected an encoded picture or an LMDB_Image")
    image, size, channels = (vars(value).get(name) for name in ("image", "size", "channels"))
    whole = isinstance(size, tuple | list) and len(size) == 2 and all(type(side) is int for side in size)
    if not (isinstance(image, bytes) and whole and type(channels) is int and channels in _PPM):
        raise ImageError("an LMDB_Image without bytes, a size and 1 or 3 channels")
    height, width = size  # type: ignore[misc]
    if not (0 < height <= _MAX_SIDE and 0 < width <= _MAX_SIDE and height * width * channels == len(image)):
        raise ImageError(f"{len(image)} bytes for {height} x {width} pixels of {channels} channels of 8 bits")
    return b"%s %d %d 255\n" % (_PPM[channels], width, height) + image
