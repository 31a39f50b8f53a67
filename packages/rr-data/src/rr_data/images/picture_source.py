"""Where pictures come from: one interface for a folder, a zip, an LMDB, addresses, or nothing but covers."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import ImageError, MissingExtraError, OptionError
from rr_data.images.failures import Failure
from rr_data.images.folder_pictures import FolderPictures
from rr_data.images.lmdb_file import DATA_FILE, MAGIC
from rr_data.images.lmdb_pictures import LmdbPictures
from rr_data.images.pictures import check_match
from rr_data.images.zip_pictures import ZipPictures

COVERS: Final = "covers"
URLS: Final = "urls"


class PictureSource(Protocol):
    """Pictures by item id. Satisfied by shape; reading is safe from several threads."""

    @property
    def kind(self) -> str:
        """`folder`, `zip`, `lmdb`, `urls` or `covers`, as the manifest names it."""
        ...

    @property
    def ids(self) -> AbstractSet[str]:
        """The ids that it has a picture for; more than there are items, perhaps, and some perhaps unreadable."""
        ...

    @property
    def failures(self) -> Sequence[Failure]:
        """Pictures that it should have and could not get; their items are not among `ids`."""
        ...

    def read(self, item_id: str) -> bytes:
        """The file of a picture, undecoded.

        Raises:
            ImageError: a picture that is refused or cannot be read; nothing worse, whatever the source holds.
        """
        ...

    def place(self, item_id: str) -> Path:
        """What to call a picture in a report: its path, the source's path and the name inside it, or its address."""
        ...

    def close(self) -> None:
        """Let go of open files."""
        ...


def open_picture_source(
    spec: str | Path,
    items: pl.DataFrame,
    *,
    downloads: Path | None = None,
    base: Path | None = None,
    have: Collection[str] = (),
    concurrency: int = 32,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> PictureSource:
    """Open what `--images` names; close it when the pictures are stored.

    Args:
        spec: a folder, a zip or an LMDB of pictures named by item id; `urls` to get what the items' `image_url` names;
            `covers` for no pictures at all. A folder that is called `urls` is `./urls`.
        items: `item_id`, and for `urls` also `image_url`.
        downloads: for `urls`, the folder to download into, kept and resumed from; None keeps nothing.
        base: for `urls`, where relative paths of files start; the current folder if None.
        have: for `urls`, ids of items that need no picture any more.
        concurrency: for `urls`, how many downloads at once.
        progress: called with `download`, how many are done, and how many there are.

    Raises:
        ImageError: nothing of the kind, damaged, without a picture, or without one that is named after an item.
        OptionError: a concurrency below 1.
        MissingExtraError: `urls` without the extra `images`.
    """
    if str(spec) == COVERS:
        return FolderPictures({}, kind=COVERS)
    if str(spec) == URLS:
        return _urls(items, downloads, base, have, concurrency, lambda done, total: progress("download", done, total))
    path = Path(spec)
    source = _opened(path)
    try:
        check_match(path, source.ids, items[Columns.ITEM_ID])
    except ImageError:
        source.close()
        raise
    return source


def _opened(path: Path) -> PictureSource:
    if path.is_dir():
        return LmdbPictures.open(path) if (path / DATA_FILE).is_file() else FolderPictures.open(path)
    try:
        with path.open("rb") as file:
            start = file.read(20)
        is_zip = zipfile.is_zipfile(path)
    except (OSError, ValueError):
        start, is_zip = b"", False
    if len(start) == 20 and struct.unpack("<16xI", start)[0] == MAGIC:
        return LmdbPictures.open(path)
    if is_zip:
        return ZipPictures.open(path)
    raise ImageError(
        f"{path}: not a folder, a zip or an LMDB of pictures named ITEM_ID.jpg; give one, or '{URLS}', or '{COVERS}'"
    )


def _urls(
    items: pl.DataFrame,
    downloads: Path | None,
    base: Path | None,
    have: Collection[str],
    concurrency: int,
    progress: Callable[[int, int], None],
) -> PictureSource:
    if concurrency < 1:
        raise OptionError("concurrency", concurrency, "1 or more")
    try:
        from rr_data.images.fetch import DownloadLimits  # noqa: PLC0415  (an extra)
        from rr_data.images.url_pictures import url_pictures  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("downloading pictures", "images") from error
    limits = DownloadLimits(concurrency=concurrency)
    return url_pictures(items, downloads=downloads, base=base, have=have, limits=limits, progress=progress)
