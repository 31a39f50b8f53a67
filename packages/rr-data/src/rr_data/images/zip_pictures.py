"""Pictures inside a zip. Nothing is extracted: members are read into memory, one at a time and up to a limit."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rr_data.errors import ImageError
from rr_data.images.failures import Failure
from rr_data.images.pictures import MAX_BYTES, SUFFIXES

MAX_RATIO: Final = 100  # pictures are compressed already
_SMALL: Final = 1 << 20  # below this no ratio is dangerous
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others cannot be read up to a limit
_UNIX: Final = 3
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class ZipPictures:
    """Pictures in a zip, named ITEM_ID.jpg, .png and so on, in any folder of it.

    Attributes:
        path: the zip.
        archive: the open zip.
        members: the member by item id.
    """

    path: Path
    archive: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]

    @classmethod
    def open(cls, path: Path) -> ZipPictures:
        """List the pictures; among equal stems the first name in order counts, and a sound one before a refused one.

        Raises:
            ImageError: not a zip, damaged, or no picture in it.
        """
        try:
            archive = zipfile.ZipFile(path)
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            raise ImageError(f"{path}: not a zip that can be read: {error}") from error
        pictures = [member for member in archive.infolist() if _is_picture(member)]
        members: dict[str, zipfile.ZipInfo] = {}
        for member in sorted(pictures, key=lambda member: (refusal(member) is not None, member.orig_filename)):
            members.setdefault(_stem(member), member)
        if not members:
            archive.close()
            raise ImageError(f"{path}: no picture in it; expected {', '.join(sorted(SUFFIXES))}")
        return cls(path, archive, members)

    @property
    def kind(self) -> str:
        """`zip`."""
        return "zip"

    @property
    def ids(self) -> AbstractSet[str]:
        """The stems of the pictures' names."""
        return self.members.keys()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """None: what cannot be read shows when it is read."""
        return ()

    def read(self, item_id: str) -> bytes:
        """The member's bytes.

        Raises:
            ImageError: its name is a trick, it would fill the memory, or it is damaged.
        """
        member = self.members[item_id]
        problem = refusal(member)
        if problem is not None:
            raise ImageError(f"refused picture {member.orig_filename!r}: {problem}")
        try:
            with self.archive.open(member) as file:
                return file.read(MAX_BYTES)
        except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise ImageError(f"unreadable picture {member.filename}: {str(error) or type(error).__name__}") from error

    def place(self, item_id: str) -> Path:
        """The zip's path and the member's name."""
        return self.path / self.members[item_id].orig_filename.replace("\0", "\\0").lstrip("/\\")

    def close(self) -> None:
        """Close the zip."""
        self.archive.close()


def refusal(member: zipfile.ZipInfo) -> str | None:
    """Why a member is not read, or None.

    Example:
        >>> refusal(zipfile.ZipInfo("../../etc/a.jpg"))
        "leads out of the archive ('..')"
    """
    name = member.orig_filename
    if "\0" in name:
        return "a NUL in its name"
    if ".." in re.split(r"[/\\]", name):
        return "leads out of the archive ('..')"
    if name.startswith(("/", "\\")):
        return "an absolute name"
    if re.match(r"[A-Za-z]:", name):
        return "a drive letter in its name"
    if member.create_system == _UNIX and stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return "not a regular file, a symbolic link perhaps"
    if member.flag_bits & _ENCRYPTED:
        return "encrypted"
    return _size_refusal(member)


def _size_refusal(member: zipfile.ZipInfo) -> str | None:
    if member.compress_type not in _METHODS:
        return f"compression method {member.compress_type}; expected stored or deflated"
    if member.file_size > MAX_BYTES:
        return f"{member.file_size:,} bytes; at most {MAX_BYTES:,} are read"
    if member.file_size > _SMALL and member.file_size > MAX_RATIO * member.compress_size:
        return f"expands {member.file_size // max(1, member.compress_size)}-fold; at most {MAX_RATIO} is allowed"
    return None


def _is_picture(member: zipfile.ZipInfo) -> bool:
    """Not so the shadows (`__MACOSX/._1.jpg`) that some systems add."""
    name = _name(member)
    return PurePosixPath(name).suffix.lower() in SUFFIXES and not name.startswith(".") and not member.is_dir()


def _name(member: zipfile.ZipInfo) -> str:
    """The last part of the name; a NUL and what follows it hide nothing."""
    return re.split(r"[/\\]", member.orig_filename.split("\0")[0])[-1]


def _stem(member: zipfile.ZipInfo) -> str:
    return re.sub(r"^[A-Za-z]:", "", PurePosixPath(_name(member)).stem)
