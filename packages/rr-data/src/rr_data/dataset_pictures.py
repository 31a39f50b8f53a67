"""The pictures of a dataset that is being prepared."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.compose import DatasetTables, with_rejected
from rr_data.errors import ImageError, MissingExtraError
from rr_data.prepared import IMAGES_FOLDER
from rr_data.progress import Progress
from rr_data.sources.source import rejected_rows

_NO_FOLDER_NEEDED: Final = ("covers", "urls")


@dataclass(frozen=True, slots=True)
class PicturedTables:
    """Tables whose items know their pictures.

    Attributes:
        tables: the dataset's.
        kind: where the pictures came from, as the manifest says it; None without pictures.
        counts: the manifest's counts of pictures.
        files: names of the tables about pictures that were written.
    """

    tables: DatasetTables
    kind: str | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    files: tuple[str, ...] = ()


def check_pictures(images: str | Path | None) -> None:
    """Refuse a place that is not there, before anything else is read.

    Raises:
        ImageError: no such folder or file.
    """
    if images is not None and str(images) not in _NO_FOLDER_NEEDED and not Path(images).exists():
        raise ImageError(
            f"{images}: not a folder, zip or LMDB; give one with a picture an item, named ITEM_ID.jpg, "
            "'urls' to download them, or 'covers' to render them"
        )


def with_pictures(
    folder: Path,
    tables: DatasetTables,
    images: str | Path | None,
    *,
    on_unreadable: str,
    downloads: Path,
    progress: Progress,
) -> PicturedTables:
    """Write the pictures into a dataset's folder.

    Args:
        folder: the dataset's.
        tables: the dataset's.
        images: where pictures come from, see `rr_data.pipeline.prepare`; None makes none.
        on_unreadable: `refuse` or `cover`.
        downloads: where downloads are kept until the dataset is in place.
        progress: called with a step's name, how much is done, and how much there is.

    Raises:
        MissingExtraError: the extra `images` is not installed.
        ImageError: pictures that cannot be used.
    """
    if images is None:
        return PicturedTables(tables)
    try:
        from rr_data.images.failures import FAILED_FILE, failure_table  # noqa: PLC0415  (an extra)
        from rr_data.images.picture_source import open_picture_source  # noqa: PLC0415  (an extra)
        from rr_data.images.store import store_images  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("making pictures", "images") from error
    with closing(open_picture_source(images, tables.items, downloads=downloads, progress=progress)) as pictures:
        stored = store_images(
            folder / IMAGES_FOLDER,
            tables.items,
            pictures,
            unreadable=on_unreadable,
            progress=lambda done, total: progress("pictures", done, total),
        )
    failure_table(stored.failures).write_parquet(folder / FAILED_FILE)
    path = pl.format(f"{IMAGES_FOLDER}/{{}}.jpg", Columns.ITEM).alias(Columns.IMAGE)
    pictured = replace(tables, items=tables.items.with_columns(path))
    for file, reason in stored.unreadable:
        pictured = with_rejected(pictured, rejected_rows(file, [(None, f"{reason}; a cover stands in")]))
    return PicturedTables(pictured, pictures.kind, stored.counts, (FAILED_FILE,))
