"""The pipeline: source, tables, pictures, and a prepared dataset written whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from rr_data.columns import Columns
from rr_data.compose import compose
from rr_data.dataset_pictures import check_pictures, with_pictures
from rr_data.dataset_writer import write_dataset
from rr_data.evidence.levels import DEFAULT_THRESHOLDS
from rr_data.prepared import PreparedDataset
from rr_data.progress import Progress, silent
from rr_data.replacing_folder import check_replaceable, replacing_folder
from rr_data.settings import DatasetSettings
from rr_data.sources.item_table import read_item_table
from rr_data.sources.registry import get_source
from rr_data.sources.source import RawData, Source
from rr_data.sources.user_table import read_user_table
from rr_data.text_cleaning import clean_text


def prepare(
    source: str | Source,
    paths: Sequence[str | Path] = (),
    *,
    out: str | Path,
    items: str | Path | None = None,
    users: str | Path | None = None,
    images: str | Path | None = None,
    unreadable: str = "refuse",
    options: Mapping[str, str] = MappingProxyType({}),
    seed: int = 0,
    normalizer: str = "rank",
    thresholds: tuple[float, float] = DEFAULT_THRESHOLDS,
    k_core: int = 0,
    minimum_history: int = 0,
    duplicates: str = "keep",
    ties: str | None = None,
    clean: bool = True,
    split: str = "leave_one_out",
    split_options: Mapping[str, str] = MappingProxyType({}),
    candidates: int = 0,
    candidate_draw: str = "uniform",
    ctr_negatives: int = 0,
    ctr_pool: str = "catalogue",
    explanations: bool = False,
    compat: str | None = None,
    progress: Progress = silent,
) -> PreparedDataset:
    """Make a prepared dataset from raw data.

    Only items with interactions enter. The same rows in another order give the same dataset where ties are resolved by
    `hash`. What the options from `seed` to `compat` mean is told by `rr_data.settings.DatasetSettings`.

    Args:
        source: name of the reader, see `rr_data.sources.registry.source_names`, or a reader of your own.
        paths: raw files or folders.
        out: the folder to write. A prepared dataset there is replaced, anything else refused.
        items: a table of titles, texts, years, categories and image addresses; it takes the place of the source's own.
        users: a table of texts about users; it takes the place of the source's own.
        images: where pictures come from: a folder, zip or LMDB with one an item, `urls` to download what the items'
            addresses name, or `covers` to render them all; None makes no pictures. Items without one get a cover.
        unreadable: what an unreadable picture does: `refuse` raises an ImageError that names it, `cover` puts a cover
            in its place and notes it among the rejected rows.
        options: values for the source's own options.
        seed: see `DatasetSettings`, as for all that follow.
        normalizer: of the evidence horizon.
        thresholds: of the evidence horizon's levels.
        k_core: least interactions of users and items.
        minimum_history: least interactions of users.
        duplicates: `keep`, `first` or `last` of repeated pairs.
        ties: order among equal times.
        clean: take markup and entities out of texts.
        split: name of the split.
        split_options: values for the split's own options.
        candidates: size of the stored candidate lists.
        candidate_draw: `uniform` or `popularity`.
        ctr_negatives: negatives for each click.
        ctr_pool: `catalogue` or `part`.
        explanations: extract explanations from reviews.
        compat: `vip5` or None.
        progress: called with a step's name, how much is done, and how much there is.

    Returns:
        The dataset, opened.

    Raises:
        DataError: raw data, options or folders that cannot be used; nothing has been written then.
        EmptyDatasetError: no interaction is left.
    """
    settings = DatasetSettings(
        seed=seed,
        normalizer=normalizer,
        thresholds=thresholds,
        k_core=k_core,
        minimum_history=minimum_history,
        duplicates=duplicates,
        ties=ties,
        clean=clean,
        split=split,
        split_options=split_options,
        candidates=candidates,
        candidate_draw=candidate_draw,
        ctr_negatives=ctr_negatives,
        ctr_pool=ctr_pool,
        explanations=explanations,
        compat=compat,
    )
    target = Path(out)
    check_replaceable(target)
    check_pictures(images)
    downloads = target.with_name(f".{target.name}.downloads")
    reader = get_source(source, options) if isinstance(source, str) else source
    progress("read", 0, 1)
    raw = _described(reader.read([Path(path) for path in paths]), items, users, clean=clean)
    progress("read", 1, 1)
    progress("compose", 0, 1)
    tables = compose(raw, settings, progress=progress)
    progress("compose", 1, 1)
    with replacing_folder(target) as folder:
        pictured = with_pictures(
            folder, tables, images, on_unreadable=unreadable, downloads=downloads, progress=progress
        )
        write_dataset(
            folder,
            pictured,
            name=target.name,
            reader=source if isinstance(source, str) else type(source).__name__,
            options=options,
            files=raw.files,
            settings=settings,
            progress=progress,
        )
    shutil.rmtree(downloads, ignore_errors=True)
    return PreparedDataset.open(target)


def _described(raw: RawData, items: str | Path | None, users: str | Path | None, *, clean: bool) -> RawData:
    """What the source found, with the tables of items and users that were given, and clean texts."""
    if items is not None:
        table, rejected = read_item_table(Path(items))
        raw = replace(raw, items=table, files=(*raw.files, Path(items)), rejected=pl.concat([raw.rejected, rejected]))
    if users is not None:
        table, rejected = read_user_table(Path(users))
        raw = replace(raw, users=table, files=(*raw.files, Path(users)), rejected=pl.concat([raw.rejected, rejected]))
    return replace(raw, items=_cleaned(raw.items), users=_cleaned(raw.users)) if clean else raw


def _cleaned(table: pl.DataFrame | None) -> pl.DataFrame | None:
    if table is None:
        return None
    texts = [name for name in (Columns.TITLE, Columns.TEXT) if name in table.columns]
    return table.with_columns(clean_text(pl.col(name)) for name in texts)
