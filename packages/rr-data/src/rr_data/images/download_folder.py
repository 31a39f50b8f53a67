"""What has been downloaded: one file a picture, named by its address and its content.

A file's name is the SHA-256 of the address, a point, and the SHA-256 of the content. So one renaming both keeps a
picture and says that it is whole: a killed run loses nothing that was finished, and there is no list to fall behind.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from rr_data.errors import ImageError
from rr_data.manifest import sha256_of

_NAME: Final = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})")
_PARTIAL: Final = ".partial"


class DownloadFolder:
    """A folder of downloads. One run at a time may use it."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be, list what is in it, and clear what a killed run left half written.

        Raises:
            ImageError: it cannot be made or read.
        """
        self._folder = folder
        self._names: dict[str, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if name := _NAME.fullmatch(path.name):
                    self._names[name[1]] = path.name
                elif path.suffix == _PARTIAL:
                    path.unlink()
        except OSError as error:
            raise ImageError(f"{folder}: downloads cannot be kept there: {error.strerror}") from error

    def get(self, url: str) -> Path | None:
        """The file of an address, or None where it is not there or has been damaged since."""
        name = self._names.get(_hash(url.encode(errors="surrogatepass")))
        if name is None:
            return None
        path = self._folder / name
        return path if path.is_file() and sha256_of(path) == name.partition(".")[2] else None

    def add(self, url: str, data: bytes) -> Path:
        """Keep a picture, whole or not at all.

        Raises:
            ImageError: it cannot be written; the disk is full, perhaps.
        """
        key = _hash(url.encode(errors="surrogatepass"))
        path = self._folder / f"{key}.{_hash(data)}"
        partial = self._folder / f"{key}{_PARTIAL}"
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise ImageError(f"{self._folder}: a download cannot be kept: {error.strerror}") from error
        self._names[key] = path.name
        return path


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
