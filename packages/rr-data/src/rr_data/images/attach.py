"""Give a prepared dataset its pictures, or other ones: whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import ImageError
from rr_data.images.failures import FAILED_FILE, failure_table
from rr_data.images.linked_files import link_file
from rr_data.images.picture_source import URLS, open_picture_source
from rr_data.images.store import REFUSE, StoredImages, check_unreadable, store_images
from rr_data.manifest import FILE_NAME, Manifest, sha256_of
from rr_data.prepared import IMAGE_SUMS_FILE, IMAGES_FOLDER, ITEMS_FILE, PreparedDataset
from rr_data.replacing_folder import replacing_folder

_MADE_ANEW: Final = frozenset({IMAGES_FOLDER, ITEMS_FILE, FAILED_FILE, FILE_NAME})


def attach_images(
    dataset_folder: str | Path,
    source: str | Path,
    *,
    unreadable: str = REFUSE,
    base: Path | None = None,
    concurrency: int = 32,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> PreparedDataset:
    """Give every item of a prepared dataset a picture.

    The dataset is replaced when all is done: a kill at any moment leaves the old one or the new one. Downloads are kept
    in `.<name>.downloads` beside it until then, so that a rerun goes on where the killed run was. Which items had to
    go without a picture of their own, and why, is in `images_failed.parquet`. `urls` again asks only for those that are
    not there yet; to get all of them anew, attach `covers` first.

    Args:
        dataset_folder: what `rr-data prepare` wrote, with or without pictures. Those it has are replaced.
        source: see `rr_data.images.picture_source.open_picture_source`.
        unreadable: what an unreadable picture does: `refuse` raises, `cover` puts a cover in its place and notes it.
            A download that fails never raises.
        base: for `urls`, where relative paths of files start; the current folder if None.
        concurrency: for `urls`, how many downloads at once.
        progress: called with `download` or `pictures`, how many are done, and how many there are.

    Returns:
        The new dataset, opened.

    Raises:
        PreparedDatasetError: no prepared dataset there.
        ImageError: a source that cannot be used, or an unreadable picture under `refuse`; nothing has changed then.
        OptionError: another word for `unreadable`, or a concurrency below 1.
    """
    check_unreadable(unreadable)
    folder = Path(dataset_folder).resolve()
    _check_apart(folder, source)
    if folder.exists() or not folder.with_name(f".{folder.name}.previous").exists():
        PreparedDataset.open(folder)  # else a killed run's replacement was cut off; replacing_folder puts it back
    downloads = folder.with_name(f".{folder.name}.downloads")
    with replacing_folder(folder) as new:
        data = PreparedDataset.open(folder)
        finished = downloaded_before(data) if str(source) == URLS else {}
        pictures = open_picture_source(
            source,
            data.items,
            downloads=downloads,
            base=base,
            have=finished,
            concurrency=concurrency,
            progress=progress,
        )
        with closing(pictures):
            stored = store_images(
                new / IMAGES_FOLDER,
                data.items,
                pictures,
                unreadable=unreadable,
                finished=finished,
                progress=lambda done, total: progress("pictures", done, total),
            )
        _keep_unchanged(folder, new)
        _write(new, data, stored, kind=pictures.kind)
    shutil.rmtree(downloads, ignore_errors=True)
    return PreparedDataset.open(folder)


def downloaded_before(data: PreparedDataset) -> dict[str, Path]:
    """The stored picture of each item that has it from its address, by item id; damaged ones are left out."""
    if data.manifest.options.get("images") != URLS or not {FAILED_FILE, IMAGE_SUMS_FILE} <= set(
        data.manifest.checksums
    ):
        return {}
    from rr_data.images.web_address import is_address  # noqa: PLC0415  (an extra)

    failed = set(pl.read_parquet(data.path / FAILED_FILE)[Columns.ITEM_ID])
    lines = (data.path / IMAGE_SUMS_FILE).read_text(encoding="utf-8").splitlines()
    sums = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    rows = data.items.select(Columns.ITEM_ID, Columns.IMAGE_URL, Columns.IMAGE).drop_nulls().iter_rows()
    wanted = {item_id: data.path / image for item_id, url, image in rows if is_address(url) and item_id not in failed}
    return {
        item_id: path for item_id, path in wanted.items() if path.is_file() and sha256_of(path) == sums.get(path.name)
    }


def _check_apart(folder: Path, source: str | Path) -> None:
    """Pictures inside the dataset are named by item code, which may well be some other item's id."""
    path = Path(source).resolve()
    if path.exists() and path.is_relative_to(folder):
        raise ImageError(f"{source}: inside the dataset itself, whose pictures are named by item code, not by item id")


def _keep_unchanged(old: Path, new: Path) -> None:
    for path in sorted(old.iterdir()):
        if path.name in _MADE_ANEW:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, new / path.name, symlinks=True, copy_function=link_file)
        else:
            link_file(path, new / path.name)


def _write(new: Path, data: PreparedDataset, stored: StoredImages, *, kind: str) -> None:
    """Items with the paths of their pictures, what failed, and last the manifest."""
    path = pl.format(f"{IMAGES_FOLDER}/{{}}.jpg", Columns.ITEM).alias(Columns.IMAGE)
    data.items.with_columns(path).write_parquet(new / ITEMS_FILE)
    failure_table(stored.failures).write_parquet(new / FAILED_FILE)
    changed = {name: sha256_of(new / name) for name in (ITEMS_FILE, FAILED_FILE, IMAGE_SUMS_FILE)}
    manifest: Manifest = data.manifest
    replace(
        manifest,
        options={**manifest.options, "images": kind},
        counts={**manifest.counts, **stored.counts},
        checksums={**manifest.checksums, **changed},
    ).write(new)
