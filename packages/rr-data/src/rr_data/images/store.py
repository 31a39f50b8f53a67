"""The folder `images/` of a prepared dataset: one picture an item, `<item code>.jpg`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import ImageError, OptionError
from rr_data.images.covers import render_cover
from rr_data.images.pictures import open_picture
from rr_data.manifest import sha256_of

REFUSE: Final = "refuse"
COVER: Final = "cover"
_QUALITY: Final = 90


@dataclass(frozen=True, slots=True)
class StoredImages:
    """What was stored.

    Attributes:
        pictures: how many items got their own picture.
        covers: how many got a rendered cover.
        unreadable: file and reason of each picture that could not be read; a cover stands in.
    """

    pictures: int
    covers: int
    unreadable: tuple[tuple[Path, str], ...]


def store_images(
    folder: Path,
    items: pl.DataFrame,
    pictures: Mapping[str, Path],
    *,
    unreadable: str = REFUSE,
    progress: Callable[[int, int], None],
) -> StoredImages:
    """Write one 224x224 RGB JPEG an item, and their checksums in the form `sha256sum -c` reads.

    Args:
        folder: the folder to write into; made if need be.
        items: `columns.ITEMS`, row i is item code i.
        pictures: picture files by item id; the other items get a cover.
        unreadable: what an unreadable picture does: `refuse` raises, `cover` puts a cover in its place and notes it.
        progress: called with how many are done and how many there are.

    Raises:
        OptionError: another word for `unreadable`.
        ImageError: a picture cannot be read and is not to be replaced.
    """
    if unreadable not in (REFUSE, COVER):
        raise OptionError("unreadable", unreadable, f"{REFUSE} or {COVER}")
    folder.mkdir(parents=True, exist_ok=True)
    failed: list[tuple[Path, str]] = []
    sums: list[str] = []
    wanted = [Columns.ITEM, Columns.ITEM_ID, Columns.TITLE, Columns.YEAR, Columns.CATEGORIES]
    for code, item_id, title, year, categories in items.select(wanted).iter_rows():
        image = None
        if item_id in pictures:
            try:
                image = open_picture(pictures[item_id])
            except ImageError as error:
                if unreadable == REFUSE:
                    raise ImageError(
                        f"{error}: repair or remove it, or let a cover stand in (unreadable={COVER})"
                    ) from error
                failed.append((pictures[item_id], str(error)))
        image = image or render_cover(title, year=year, categories=categories)
        path = folder / f"{code}.jpg"
        image.save(path, "JPEG", quality=_QUALITY)
        sums.append(f"{sha256_of(path)}  {path.name}\n")
        progress(len(sums), items.height)
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    own = sum(item_id in pictures for item_id in items[Columns.ITEM_ID]) - len(failed)
    return StoredImages(own, items.height - own, tuple(failed))
