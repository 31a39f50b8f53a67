"""The files of a prepared dataset: tables, then the manifest that vouches for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.compose import DatasetTables
from rr_data.dataset_pictures import PicturedTables
from rr_data.manifest import Manifest, item_map_checksum, sha256_of
from rr_data.prepared import (
    CTR_FILE,
    EXPLANATIONS_FILE,
    IMAGE_SUMS_FILE,
    INTERACTIONS_FILE,
    ITEMS_FILE,
    REJECTED_FILE,
    REVIEWS_FILE,
    USERS_FILE,
    candidates_file,
    split_file,
)
from rr_data.progress import Progress
from rr_data.settings import DatasetSettings
from rr_data.splits.parts import PARTS


def write_dataset(
    folder: Path,
    pictured: PicturedTables,
    *,
    name: str,
    reader: str,
    options: Mapping[str, str],
    files: Sequence[Path],
    settings: DatasetSettings,
    progress: Progress,
) -> None:
    """Write every table that there is, and the manifest.

    Args:
        folder: the dataset's; pictures are there already.
        pictured: the tables.
        name: the dataset's.
        reader: name of the source.
        options: the source's own.
        files: the raw files that were read.
        settings: what shaped the dataset.
        progress: called with a step's name, how much is done, and how much there is.
    """
    tables = pictured.tables
    written = _write_tables(folder, tables, settings.split, progress)
    sums = (IMAGE_SUMS_FILE,) if (folder / IMAGE_SUMS_FILE).exists() else ()
    Manifest(
        name=name,
        source={"reader": reader, "files": [_identity(path) for path in files]},
        options={**options, **settings.recorded(), "images": pictured.kind},
        counts={**_counts(tables), **pictured.counts},
        tie_policy=tables.tie_policy,
        id_seed=settings.seed,
        evidence_horizon={"normalizer": settings.normalizer, "thresholds": list(settings.thresholds)},
        split={"name": settings.split, "options": dict(settings.split_options)},
        leaks=tables.tasks.leaks,
        checksums={file: sha256_of(folder / file) for file in (*written, *pictured.files, *sums)},
        item_map_checksum=item_map_checksum(tables.items[Columns.ITEM_ID]),
    ).write(folder)


def _write_tables(folder: Path, tables: DatasetTables, split: str, progress: Progress) -> tuple[str, ...]:
    """Write every table that there is; their names."""
    tasks = tables.tasks
    files: dict[str, pl.DataFrame | None] = {
        INTERACTIONS_FILE: tables.interactions,
        ITEMS_FILE: tables.items,
        USERS_FILE: tables.users,
        REJECTED_FILE: tables.rejected,
        CTR_FILE: tasks.ctr,
        REVIEWS_FILE: tasks.reviews,
        EXPLANATIONS_FILE: tasks.explanations,
        **{candidates_file(part): table for part, table in tasks.candidates.items()},
    }
    present = {name: table for name, table in files.items() if table is not None}
    steps = len(present) + 1
    for done, (name, table) in enumerate(present.items(), start=1):
        (folder / name).parent.mkdir(exist_ok=True)
        table.write_parquet(folder / name, compression_level=1)
        progress("write", done, steps)
    _write_parts(folder / split_file(split), tables.parts)
    progress("write", steps, steps)
    return (*present, split_file(split))


def _write_parts(path: Path, parts: NDArray[np.int8]) -> None:
    """Column `part`, without a string in memory for each interaction."""
    path.parent.mkdir(exist_ok=True)
    names = pa.DictionaryArray.from_arrays(pa.array(parts), pa.array(PARTS))
    pq.write_table(pa.table({Columns.PART: names}), path, compression="zstd", store_schema=False)


def _counts(tables: DatasetTables) -> dict[str, int]:
    tasks = tables.tasks
    optional = {"reviews": tasks.reviews, "explanations": tasks.explanations, "clicks": tasks.ctr}
    return {
        "users": tables.users.height,
        "items": tables.items.height,
        "interactions": tables.interactions.height,
        "rejected": tables.rejected.height,
        **{name: table.height for name, table in optional.items() if table is not None},
    }


def _identity(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": sha256_of(path)}
