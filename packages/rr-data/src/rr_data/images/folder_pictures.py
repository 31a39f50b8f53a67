"""Pictures that are files."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rr_data.images.failures import Failure
from rr_data.images.pictures import find_pictures, read_picture


@dataclass(frozen=True, slots=True)
class FolderPictures:
    """Pictures in files of their own.

    Attributes:
        files: the file by item id.
        kind: what the manifest calls them; `covers` where there is no file at all.
        failures: pictures that could not be got.
        temporary: a folder that goes when the source is closed.
    """

    files: Mapping[str, Path]
    kind: str = "folder"
    failures: tuple[Failure, ...] = ()
    temporary: TemporaryDirectory[str] | None = None

    @classmethod
    def open(cls, folder: Path) -> FolderPictures:
        """Find the pictures of a folder and its direct subfolders, named ITEM_ID.jpg, .png and so on.

        Raises:
            ImageError: not a folder, or no picture in it.
        """
        return cls(find_pictures(folder))

    @property
    def ids(self) -> AbstractSet[str]:
        """The ids that have a file."""
        return self.files.keys()

    def read(self, item_id: str) -> bytes:
        """The file's bytes; ImageError where it cannot be read."""
        return read_picture(self.files[item_id])

    def place(self, item_id: str) -> Path:
        """The file."""
        return self.files[item_id]

    def close(self) -> None:
        """Remove the temporary folder, if there is one."""
        if self.temporary is not None:
            self.temporary.cleanup()
