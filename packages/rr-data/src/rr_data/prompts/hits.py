"""Which of the tools' answers hit."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import EvidenceError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.predictions_files import RANKED, SCORES, SYSTEM, TARGET, USER_ID
from rr_data.splits.parts import PARTS

HIT: Final = "hit"


def hit_table(predictions: pl.DataFrame, data: PreparedDataset, task: str, part: str, *, at: int = 5) -> pl.DataFrame:
    """Whether each answer hits.

    Args:
        predictions: `PREDICTIONS`, rows of one task.
        data: the dataset.
        task: `sequential` and `direct`: the target is among the first `at` items. `ctr`: the probability of the one
            item is on the right side, |probability - label| < 0.5.
        part: the part that the queries must be of.
        at: cut-off.

    Returns:
        `system`, `user_id`, `hit`.

    Raises:
        EvidenceError: an answer about a pair of user and item that is not of this part, or no probability.
    """
    known = _pairs(data, task, part)
    rows = predictions.join(known, on=[USER_ID, TARGET], how="left", maintain_order="left")
    strange = rows.filter(pl.col(Columns.LABEL).is_null())
    if strange.height:
        row = strange.row(0, named=True)
        raise EvidenceError(
            f"predictions: {row[SYSTEM]!r} answers about user {row[USER_ID]!r} and item {row[TARGET]!r}, which is no "
            f"{task} {part} pair of {data.path}; pass the predictions of that part"
        )
    if task == "ctr":
        _check_probabilities(rows)
        hit = (pl.col(SCORES).list.first() - pl.col(Columns.LABEL)).abs() < 0.5
    else:
        hit = pl.col(RANKED).list.head(at).list.contains(pl.col(TARGET))
    return rows.select(SYSTEM, USER_ID, hit.alias(HIT))


def _pairs(data: PreparedDataset, task: str, part: str) -> pl.DataFrame:
    """`user_id`, `target` and `label` of the pairs that a part asks about."""
    code = PARTS.index(part)
    if task == "ctr" and data.ctr is not None:
        rows = data.ctr.filter(pl.col(Columns.PART) == part)
        users = data.users[Columns.USER_ID].gather(rows[Columns.USER])
        items = data.items[Columns.ITEM_ID].gather(rows[Columns.ITEM])
        return pl.DataFrame({USER_ID: users, TARGET: items, Columns.LABEL: rows[Columns.LABEL]})
    own = data.interactions.filter(pl.Series(data.parts == code))
    pairs = own.select(USER_ID, pl.col(Columns.ITEM_ID).alias(TARGET)).unique()
    return pairs.with_columns(pl.lit(1, dtype=pl.Int8).alias(Columns.LABEL))


def _check_probabilities(rows: pl.DataFrame) -> None:
    first = pl.col(SCORES).list.first()
    bad = rows.filter(~first.is_between(0, 1).fill_null(False))
    if bad.height:
        row = bad.row(0, named=True)
        raise EvidenceError(
            f"predictions: {row[SYSTEM]!r} scores {row[SCORES]}; expected one click probability in [0, 1]"
        )
