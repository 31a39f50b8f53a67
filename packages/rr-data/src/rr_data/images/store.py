"""The folder `images/` of a prepared dataset: one picture an item, `<item code>.jpg`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import polars as pl
from PIL import Image

from rr_data.columns import Columns
from rr_data.errors import ImageError, OptionError
from rr_data.images.covers import render_cover
from rr_data.images.failures import Failure
from rr_data.images.folder_pictures import FolderPictures
from rr_data.images.linked_files import link_file
from rr_data.images.picture_source import PictureSource
from rr_data.images.pictures import decode_picture, refusing_bombs
from rr_data.manifest import sha256_of

REFUSE: Final = "refuse"
COVER: Final = "cover"
SUMS_FILE: Final = "SHA256SUMS"
_QUALITY: Final = 90
_BATCH: Final = 256  # so many are under way at most, whatever the number of items
_MOST_THREADS: Final = 8
_Row = tuple[int, str, str | None, int | None, list[str] | None]
_WANTED: Final = (Columns.ITEM, Columns.ITEM_ID, Columns.TITLE, Columns.YEAR, Columns.CATEGORIES)


@dataclass(frozen=True, slots=True)
class StoredImages:
    """What was stored.

    Attributes:
        pictures: how many items got their own picture.
        covers: how many got a rendered cover.
        unreadable: file and reason of each picture that could not be read; a cover stands in.
        failures: all items that should have had a picture of their own and got a cover: the unreadable ones, and those
            whose source could not get it (a download that failed).
    """

    pictures: int
    covers: int
    unreadable: tuple[tuple[Path, str], ...]
    failures: tuple[Failure, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """As the manifest names them; `failed_pictures` are those that the source could not get."""
        return {
            "pictures": self.pictures,
            "covers": self.covers,
            "unreadable_pictures": len(self.unreadable),
            "failed_pictures": len(self.failures) - len(self.unreadable),
        }


@dataclass(frozen=True, slots=True)
class _Stored:
    item_id: str
    line: str
    own: bool
    problem: str | None


def store_images(
    folder: Path,
    items: pl.DataFrame,
    pictures: PictureSource | Mapping[str, Path],
    *,
    unreadable: str = REFUSE,
    finished: Mapping[str, Path] = MappingProxyType({}),
    progress: Callable[[int, int], None],
) -> StoredImages:
    """Write one 224x224 RGB JPEG an item, and their checksums in the form `sha256sum -c` reads.

    Works on all processors. The files do not depend on how many there are.

    Args:
        folder: the folder to write into; made if need be.
        items: `columns.ITEMS`, row i is item code i.
        pictures: the pictures by item id, or their files; the other items get a cover.
        unreadable: what an unreadable picture does: `refuse` raises, `cover` puts a cover in its place and notes it.
        finished: pictures by item id that were stored before and are taken over as they are.
        progress: called with how many are done and how many there are.

    Raises:
        OptionError: another word for `unreadable`.
        ImageError: a picture cannot be read and is not to be replaced.
    """
    check_unreadable(unreadable)
    source: PictureSource = FolderPictures(pictures) if isinstance(pictures, Mapping) else pictures
    folder.mkdir(parents=True, exist_ok=True)
    stored: list[_Stored] = []
    one = partial(_store, folder, source, finished, cover=unreadable == COVER)
    rows = items.select(_WANTED).iter_rows()
    with refusing_bombs(), ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        for batch in _batches(rows):
            for outcome in pool.map(one, batch):
                stored.append(outcome)
                progress(len(stored), items.height)
    (folder / SUMS_FILE).write_text("".join(outcome.line for outcome in stored), encoding="utf-8")
    return _summary(stored, source)


def check_unreadable(value: str) -> None:
    """Refuse another word than `refuse` and `cover`; OptionError says which there are."""
    if value not in (REFUSE, COVER):
        raise OptionError("unreadable", value, f"{REFUSE} or {COVER}")


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _store(folder: Path, source: PictureSource, finished: Mapping[str, Path], row: _Row, *, cover: bool) -> _Stored:
    code, item_id, title, year, categories = row
    name = f"{code}.jpg"
    if item_id in finished:
        link_file(finished[item_id], folder / name)
        return _Stored(item_id, f"{sha256_of(folder / name)}  {name}\n", own=True, problem=None)
    image, problem = None, None
    if item_id in source.ids:
        try:
            image = decode_picture(source.read(item_id), source.place(item_id).name)
        except ImageError as error:
            problem = str(error)
            if not cover:
                advice = f"repair or remove it, or let a cover stand in (unreadable={COVER})"
                raise ImageError(f"{problem}: {advice}") from error
    own = image is not None
    data = _jpeg(image or render_cover(title or "", year=year, categories=categories or ()))
    (folder / name).write_bytes(data)
    return _Stored(item_id, f"{hashlib.sha256(data).hexdigest()}  {name}\n", own, problem)


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _summary(stored: list[_Stored], source: PictureSource) -> StoredImages:
    own = sum(outcome.own for outcome in stored)
    unreadable = [
        (source.place(outcome.item_id), outcome.problem, outcome.item_id)
        for outcome in stored
        if outcome.problem is not None
    ]
    failures = [Failure(item_id, str(place), reason) for place, reason, item_id in unreadable]
    return StoredImages(
        pictures=own,
        covers=len(stored) - own,
        unreadable=tuple((place, reason) for place, reason, _ in unreadable),
        failures=(*failures, *source.failures),
    )
