"""Pictures at the addresses that the items themselves name: on the web, or on this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import polars as pl

from rr_data.columns import Columns
from rr_data.errors import ImageError
from rr_data.images.download import download_pictures
from rr_data.images.failures import Failure
from rr_data.images.fetch import DownloadLimits
from rr_data.images.folder_pictures import FolderPictures
from rr_data.images.web_address import is_address


def url_pictures(
    items: pl.DataFrame,
    *,
    downloads: Path | None = None,
    base: Path | None = None,
    have: Collection[str] = (),
    limits: DownloadLimits | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FolderPictures:
    """Get the pictures that the column `image_url` names.

    Args:
        items: with `item_id` and `image_url`: an http or https address, the path of a file, or null.
        downloads: the folder to download into and to resume from; None downloads into one that goes when the source is
            closed.
        base: where relative paths start; the current folder if None.
        have: ids of items that need no picture any more.
        limits: how hard to try.
        progress: called with how many addresses are done and how many there are.
        transport: what httpx sends requests by, for tests; the network if None.

    Raises:
        ImageError: no item names a picture, or the folder cannot be written.
    """
    named = items.select(Columns.ITEM_ID, pl.col(Columns.IMAGE_URL).str.strip_chars()).filter(
        pl.col(Columns.IMAGE_URL).str.len_chars() > 0
    )
    if named.is_empty():
        raise ImageError("no item has an image_url: give a folder, a zip or an LMDB of pictures, or 'covers'")
    named = named.filter(~pl.col(Columns.ITEM_ID).is_in(list(have)))
    addresses = [url for url in named[Columns.IMAGE_URL] if is_address(url)]
    temporary = TemporaryDirectory(prefix="rr-data-") if downloads is None else None
    folder = Path(temporary.name) if temporary is not None else downloads
    got = download_pictures(addresses, Path(folder or "."), limits=limits, progress=progress, transport=transport)
    files: dict[str, Path] = {}
    failures: list[Failure] = []
    for item_id, url in named.iter_rows():
        path = got.files.get(url) if is_address(url) else _local(url, base)
        if path is not None:
            files[item_id] = path
        else:
            failures.append(replace(got.failures.get(url) or Failure("", url, "no such file"), item_id=item_id))
    return FolderPictures(files, kind="urls", failures=tuple(failures), temporary=temporary)


def _local(text: str, base: Path | None) -> Path | None:
    try:
        path = (base or Path()) / text
        return path if path.is_file() else None
    except (OSError, ValueError):  # a NUL, or a name that is too long
        return None
