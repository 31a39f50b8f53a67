"""The pipeline: source, tables, pictures, and a prepared dataset written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.compose import DatasetTables, compose
from rr_data.errors import MissingExtraError
from rr_data.evidence.levels import DEFAULT_THRESHOLDS
from rr_data.manifest import Manifest, item_map_checksum, sha256_of
from rr_data.prepared import (
    IMAGE_SUMS_FILE,
    IMAGES_FOLDER,
    INTERACTIONS_FILE,
    ITEMS_FILE,
    REJECTED_FILE,
    SPLIT_FILE,
    TABLES,
    USERS_FILE,
    PreparedDataset,
)
from rr_data.replacing_folder import check_replaceable, replacing_folder
from rr_data.sources.item_table import read_item_table
from rr_data.sources.registry import get_source
from rr_data.sources.source import RawData, rejected_rows

COVERS: Final = "covers"
Progress = Callable[[str, int, int], None]


def _silent(step: str, done: int, total: int) -> None:
    """Show no progress."""


def prepare(
    source: str,
    paths: Sequence[str | Path],
    *,
    out: str | Path,
    items: str | Path | None = None,
    images: str | Path | None = None,
    options: Mapping[str, str] = MappingProxyType({}),
    seed: int = 0,
    normalizer: str = "rank",
    thresholds: tuple[float, float] = DEFAULT_THRESHOLDS,
    k_core: int = 0,
    duplicates: str = "keep",
    ties: str | None = None,
    unreadable: str = "refuse",
    progress: Progress = _silent,
) -> PreparedDataset:
    """Make a prepared dataset from raw data.

    Only items with interactions enter. The same rows in another order give the same dataset where ties are resolved by
    `hash`.

    Args:
        source: name of the reader, see `rr_data.sources.registry.source_names`.
        paths: raw files or folders.
        out: the folder to write. A prepared dataset there is replaced, anything else refused.
        items: a table of titles, texts, years and categories; it takes the place of the source's own.
        images: a folder of pictures named by item id, or `covers` to render them all; None makes no pictures.
            With a folder, items without a picture get a cover.
        options: values for the source's own options.
        seed: draws the codes, and the order within ties under `hash`.
        normalizer: see `rr_data.evidence.horizon.evidence_horizon`.
        thresholds: of the evidence horizon's levels.
        k_core: keep users and items with at least so many interactions; 0 keeps all.
        duplicates: `keep`, or only the `first` or `last` of each repeated pair of user and item.
        ties: order among equal times, `file` or `hash`; None means `hash` where the source has times, else `file`.
        unreadable: what an unreadable picture does: `refuse` raises an ImageError that names it, `cover` puts a cover
            in its place and notes it among the rejected rows.
        progress: called with a step's name, how much is done, and how much there is.

    Returns:
        The dataset, opened.

    Raises:
        DataError: raw data, options or folders that cannot be used; nothing has been written then.
        EmptyDatasetError: no interaction is left.
    """
    target = Path(out)
    check_replaceable(target)
    pictures = None if images is None else _find_pictures(images)
    progress("read", 0, 1)
    raw = _read(source, [Path(path) for path in paths], None if items is None else Path(items), options)
    progress("read", 1, 1)
    progress("compose", 0, 1)
    tables = compose(
        raw, seed=seed, normalizer=normalizer, thresholds=thresholds, k_core=k_core, duplicates=duplicates, ties=ties
    )
    progress("compose", 1, 1)
    if pictures and images is not None:
        _check_match(Path(images), pictures, tables)
    with replacing_folder(target) as folder:
        counts: dict[str, int] = {}
        if pictures is not None:
            tables, counts = _with_images(folder, tables, pictures, unreadable, progress)
        _write_tables(folder, tables)
        Manifest(
            name=target.name,
            source={"reader": source, "files": [_identity(path) for path in raw.files]},
            options={**options, "k_core": k_core, "duplicates": duplicates, "images": _image_option(images)},
            counts=_counts(tables) | counts,
            tie_policy=tables.tie_policy,
            id_seed=seed,
            evidence_horizon={"normalizer": normalizer, "thresholds": list(thresholds)},
            checksums={
                name: sha256_of(folder / name) for name in (*TABLES, IMAGE_SUMS_FILE) if (folder / name).exists()
            },
            item_map_checksum=item_map_checksum(tables.items[Columns.ITEM_ID]),
        ).write(folder)
    return PreparedDataset.open(target)


def _read(source: str, paths: list[Path], items: Path | None, options: Mapping[str, str]) -> RawData:
    raw = get_source(source, options).read(paths)
    if items is None:
        return raw
    described, rejected = read_item_table(items)
    return replace(raw, items=described, files=(*raw.files, items), rejected=pl.concat([raw.rejected, rejected]))


def _find_pictures(images: str | Path) -> dict[str, Path]:
    """Picture files by item id; none for `covers`."""
    try:
        from rr_data.images.pictures import find_pictures  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("making pictures", "images") from error
    return {} if images == COVERS else find_pictures(Path(images))


def _check_match(folder: Path, pictures: Mapping[str, Path], tables: DatasetTables) -> None:
    from rr_data.images.pictures import check_match  # noqa: PLC0415  (an extra)

    check_match(folder, pictures, tables.items[Columns.ITEM_ID])


def _with_images(
    folder: Path, tables: DatasetTables, pictures: Mapping[str, Path], on_unreadable: str, progress: Progress
) -> tuple[DatasetTables, dict[str, int]]:
    """Write the pictures; the tables with their paths, and the manifest's counts of them."""
    from rr_data.images.store import store_images  # noqa: PLC0415  (an extra)

    stored = store_images(
        folder / IMAGES_FOLDER,
        tables.items,
        pictures,
        unreadable=on_unreadable,
        progress=lambda done, total: progress("pictures", done, total),
    )
    path = pl.format(f"{IMAGES_FOLDER}/{{}}.jpg", Columns.ITEM).alias(Columns.IMAGE)
    unreadable = [rejected_rows(file, [(None, f"{reason}; a cover stands in")]) for file, reason in stored.unreadable]
    counts = {
        "pictures": stored.pictures,
        "covers": stored.covers,
        "unreadable_pictures": len(stored.unreadable),
    }
    rejected = pl.concat([tables.rejected, *unreadable])
    return replace(tables, items=tables.items.with_columns(path), rejected=rejected), counts


def _write_tables(folder: Path, tables: DatasetTables) -> None:
    files = {
        INTERACTIONS_FILE: tables.interactions,
        ITEMS_FILE: tables.items,
        USERS_FILE: tables.users,
        SPLIT_FILE: tables.split,
        REJECTED_FILE: tables.rejected,
    }
    for name, table in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        table.write_parquet(folder / name)


def _counts(tables: DatasetTables) -> dict[str, int]:
    return {
        "users": tables.users.height,
        "items": tables.items.height,
        "interactions": tables.interactions.height,
        "rejected": tables.rejected.height,
    }


def _identity(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": sha256_of(path)}


def _image_option(images: str | Path | None) -> str | None:
    """How pictures were made; a folder's place is nobody's business."""
    if images is None:
        return None
    return COVERS if images == COVERS else "folder"
