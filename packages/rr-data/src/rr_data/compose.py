"""The tables of a prepared dataset, from what a source found: filters, codes, order, split, evidence horizons."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import EmptyDatasetError
from rr_data.evidence.groups import cold_start_groups
from rr_data.evidence.horizon import evidence_horizon
from rr_data.evidence.levels import LEVELS
from rr_data.filters import k_core as in_k_core
from rr_data.filters import without_duplicates
from rr_data.ids import with_random_codes
from rr_data.item_texts import item_table
from rr_data.ordering import choose_tie_policy, in_order
from rr_data.progress import Progress, silent
from rr_data.settings import DatasetSettings
from rr_data.sources.source import RawData
from rr_data.splits.parts import PARTS, TRAIN
from rr_data.task_tables import TaskTables, task_tables

_ROW: Final = "row_of_input"


@dataclass(frozen=True, slots=True, eq=False)
class DatasetTables:
    """The tables of a prepared dataset.

    Attributes:
        interactions: `columns.INTERACTIONS`.
        parts: [interactions] int8, indices into `PARTS`.
        items: `columns.ITEMS`.
        users: `columns.USERS`.
        rejected: `columns.REJECTED`.
        tie_policy: how equal times were put in order.
        tasks: candidates, clicks, reviews, explanations, and what the leak checks found.
    """

    interactions: pl.DataFrame
    parts: NDArray[np.int8]
    items: pl.DataFrame
    users: pl.DataFrame
    rejected: pl.DataFrame
    tie_policy: str
    tasks: TaskTables


def compose(raw: RawData, settings: DatasetSettings, *, progress: Progress = silent) -> DatasetTables:
    """Make the tables.

    Args:
        raw: what a source found.
        settings: what shapes the dataset.
        progress: called with a step's name, how much is done, and how much there is.

    Raises:
        EmptyDatasetError: no interaction is left.
        OptionError: an option that these data do not allow, such as a split by time without times.
        LeakError: a pair of user and item in one task's training part and another's test part.
    """
    if raw.interactions.is_empty():
        raise EmptyDatasetError(f"no interactions in {_names(raw)}; {raw.rejected.height} rows were rejected")
    kept, removed = _filtered(raw, settings)
    if kept.is_empty():
        raise EmptyDatasetError(
            f"none of {raw.interactions.height} interactions is left: k_core={settings.k_core}, "
            f"minimum_history={settings.minimum_history}; lower them"
        )
    tie_policy = choose_tie_policy(kept, settings.ties or ("file" if raw.in_order else None))
    with ThreadPoolExecutor(1) as beside:  # NumPy and Polars let go of the interpreter while they work
        coded_items = beside.submit(with_random_codes, kept[Columns.ITEM_ID], seed=settings.seed, of="item")
        users, user = with_random_codes(kept[Columns.USER_ID], seed=settings.seed, of="user")
        items, item = coded_items.result()
    place = [] if raw.reviews is None and raw.explanations is None else [Columns.FILE, Columns.LINE]
    coded = kept.select(Columns.TIMESTAMP, Columns.RATING, *place).with_columns(user, item)
    ordered = in_order(coded, ties=tie_policy, seed=settings.seed)
    ordered = ordered.with_columns(
        users[Columns.USER_ID].gather(ordered[Columns.USER]), items[Columns.ITEM_ID].gather(ordered[Columns.ITEM])
    )
    interactions = ordered.select(columns.INTERACTIONS.names())
    user_texts = _user_texts(users, raw.users)
    parts = settings.make_split().assign(_with_domains(interactions, user_texts))
    training = parts == PARTS.index(TRAIN)
    item_counts = _counts(interactions[Columns.ITEM], training, items.height)
    return DatasetTables(
        interactions=interactions,
        parts=parts,
        items=item_table(items, raw.items, item_counts, normalizer=settings.normalizer, thresholds=settings.thresholds),
        users=_user_table(user_texts, _counts(interactions[Columns.USER], training, users.height), settings),
        rejected=pl.concat([raw.rejected, removed]),
        tie_policy=tie_policy,
        tasks=task_tables(
            raw,
            ordered,
            parts,
            users=users,
            items=items,
            item_counts=item_counts,
            settings=settings,
            progress=progress,
        ),
    )


def with_rejected(tables: DatasetTables, rejected: pl.DataFrame) -> DatasetTables:
    """The same tables with further rejected rows."""
    return replace(tables, rejected=pl.concat([tables.rejected, rejected]))


def _names(raw: RawData) -> str:
    return ", ".join(path.name for path in raw.files) or "the source"


def _filtered(raw: RawData, settings: DatasetSettings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Interactions that stay, and rows of `columns.REJECTED` for those that do not."""
    core, history = settings.k_core, settings.minimum_history
    if settings.duplicates == "keep" and max(core, history) <= 1:
        return raw.interactions, pl.DataFrame(schema=columns.REJECTED)
    rows = raw.interactions.with_row_index(_ROW)
    distinct = without_duplicates(rows, settings.duplicates)
    kept = in_k_core(distinct, core, minimum_history=history)
    reason = f"outside the {core}-core" if history <= core else f"outside the {core}-core with histories of {history}"
    removed = pl.concat(
        before.join(after, on=_ROW, how="anti").with_columns(pl.lit(words).alias(Columns.REASON))
        for before, after, words in ((rows, distinct, "duplicate"), (distinct, kept, reason))
    ).sort(_ROW)
    names = pl.Series([path.name for path in raw.files], dtype=pl.String)
    named = removed.with_columns(names.gather(removed[Columns.FILE]).alias(Columns.FILE))
    return kept.drop(_ROW), named.select(columns.REJECTED.names())


def _counts(codes: pl.Series, chosen: NDArray[np.bool_], size: int) -> pl.Series:
    return pl.Series(np.bincount(codes.to_numpy()[chosen], minlength=size))


def _user_texts(users: pl.DataFrame, described: pl.DataFrame | None) -> pl.DataFrame:
    """Codes with domain and text, null where the source says nothing."""
    unknown = [
        pl.lit(None, pl.String).alias(name)
        for name in (Columns.DOMAIN, Columns.TEXT)
        if described is None or name not in described.columns
    ]
    joined = (
        users if described is None else users.join(described, on=Columns.USER_ID, how="left", maintain_order="left")
    )
    return joined.with_columns(unknown)


def _with_domains(interactions: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    """What a split sees: codes, times, and the domain of each interaction's user."""
    seen = interactions.select(Columns.USER, Columns.ITEM, Columns.TIMESTAMP)
    domains = users[Columns.DOMAIN]
    if domains.null_count() == len(domains):
        return seen.with_columns(pl.lit(None, pl.String).alias(Columns.DOMAIN))
    return seen.with_columns(domains.gather(seen[Columns.USER]).alias(Columns.DOMAIN))


def _user_table(users: pl.DataFrame, counts: pl.Series, settings: DatasetSettings) -> pl.DataFrame:
    numbers = counts.to_numpy()
    horizon = evidence_horizon(numbers, normalizer=settings.normalizer, thresholds=settings.thresholds)
    return users.with_columns(
        counts.alias(Columns.COUNT),
        pl.Series(Columns.EH_RAW, horizon.raw),
        pl.Series(Columns.EH, horizon.normalized),
        pl.Series(LEVELS).gather(horizon.levels).alias(Columns.EH_LEVEL),
        pl.Series(Columns.GROUP, cold_start_groups(numbers)),
    ).select(pl.col(name).cast(kind) for name, kind in columns.USERS.items())
