"""From raw data to the tables of a prepared dataset, in memory: filters, ids, order, split, evidence horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import EmptyDatasetError
from rr_data.evidence.horizon import evidence_horizon
from rr_data.evidence.levels import DEFAULT_THRESHOLDS, LEVELS
from rr_data.filters import k_core as in_k_core
from rr_data.filters import without_duplicates
from rr_data.ids import random_codes
from rr_data.item_texts import item_table
from rr_data.ordering import choose_tie_policy, in_order
from rr_data.sources.source import RawData
from rr_data.splits.leave_one_out import PARTS, TRAIN, leave_one_out

_ROW = "row"


@dataclass(frozen=True, slots=True, eq=False)
class DatasetTables:
    """The tables of a prepared dataset.

    Attributes:
        interactions: `columns.INTERACTIONS`.
        split: `columns.SPLIT`, row by row beside the interactions.
        items: `columns.ITEMS`.
        users: `columns.USERS`.
        rejected: `columns.REJECTED`.
        tie_policy: how equal times were put in order.
    """

    interactions: pl.DataFrame
    split: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame
    rejected: pl.DataFrame
    tie_policy: str


def compose(
    raw: RawData,
    *,
    seed: int = 0,
    normalizer: str = "rank",
    thresholds: tuple[float, float] = DEFAULT_THRESHOLDS,
    k_core: int = 0,
    duplicates: str = "keep",
    ties: str | None = None,
) -> DatasetTables:
    """Make the tables; the arguments are those of `rr_data.pipeline.prepare`.

    Raises:
        EmptyDatasetError: no interaction is left.
        OptionError: an option that cannot be used.
    """
    if raw.interactions.is_empty():
        raise EmptyDatasetError(f"no interactions in {_names(raw)}; {raw.rejected.height} rows were rejected")
    kept, removed = _filtered(raw, k_core=k_core, duplicates=duplicates)
    if kept.is_empty():
        raise EmptyDatasetError(f"none of {raw.interactions.height} interactions is in the {k_core}-core; lower it")
    tie_policy = choose_tie_policy(kept, ties)
    users = random_codes(kept[Columns.USER_ID], seed=seed, of="user")
    items = random_codes(kept[Columns.ITEM_ID], seed=seed, of="item")
    coded = kept.join(users, on=Columns.USER_ID, maintain_order="left").join(
        items, on=Columns.ITEM_ID, maintain_order="left"
    )
    interactions = in_order(coded.select(columns.INTERACTIONS.names()), ties=tie_policy, seed=seed)
    parts = leave_one_out(interactions[Columns.USER].to_numpy())
    training = interactions.filter(pl.Series(parts == PARTS.index(TRAIN)))
    return DatasetTables(
        interactions=interactions,
        split=pl.DataFrame({Columns.PART: pl.Series(PARTS).gather(parts)}),
        items=item_table(items, raw.items, _counts(training[Columns.ITEM], items.height)),
        users=_user_table(users, _counts(training[Columns.USER], users.height), normalizer, thresholds),
        rejected=pl.concat([raw.rejected, removed]),
        tie_policy=tie_policy,
    )


def _names(raw: RawData) -> str:
    return ", ".join(path.name for path in raw.files)


def _filtered(raw: RawData, *, k_core: int, duplicates: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Interactions that stay, and rows of `columns.REJECTED` for those that do not."""
    rows = raw.interactions.with_row_index(_ROW)
    distinct = without_duplicates(rows, duplicates)
    kept = in_k_core(distinct, k_core)
    steps = [(rows, distinct, "duplicate"), (distinct, kept, f"outside the {k_core}-core")]
    removed = pl.concat(
        before.join(after, on=_ROW, how="anti").with_columns(pl.lit(reason).alias(Columns.REASON))
        for before, after, reason in steps
    ).sort(_ROW)
    names = pl.Series([path.name for path in raw.files], dtype=pl.String)
    named = removed.with_columns(names.gather(removed[Columns.FILE]).alias(Columns.FILE))
    return kept.drop(_ROW), named.select(columns.REJECTED.names())


def _counts(codes: pl.Series, size: int) -> pl.Series:
    return pl.Series(np.bincount(codes.to_numpy(), minlength=size))


def _user_table(
    users: pl.DataFrame, counts: pl.Series, normalizer: str, thresholds: tuple[float, float]
) -> pl.DataFrame:
    horizon = evidence_horizon(counts.to_numpy(), normalizer=normalizer, thresholds=thresholds)
    return users.with_columns(
        counts.alias(Columns.COUNT),
        pl.Series(Columns.EH_RAW, horizon.raw),
        pl.Series(Columns.EH, horizon.normalized),
        pl.Series(Columns.EH_LEVEL, [LEVELS[level] for level in horizon.levels]),
    )
