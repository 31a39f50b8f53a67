"""Would this user click? Questions from the training part of the click table."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import PreparedDatasetError
from rr_data.prepared import CTR_FILE, PreparedDataset
from rr_data.prompts.task_queries import IntArray, TaskQueries, query_ids
from rr_data.prompts.training_places import TrainingPlaces
from rr_data.splits.parts import TRAIN


def ctr_queries(data: PreparedDataset) -> TaskQueries:
    """Ask about every training row of `ctr.parquet`.

    A click and the negatives behind it read the same history, the training items before the click: a history that held
    the clicked item, or was longer for clicks, would give the answer away.

    Raises:
        PreparedDatasetError: the dataset has no click table.
    """
    if data.ctr is None:
        raise PreparedDatasetError(
            f"{data.path}: no {CTR_FILE}; prepare it again with negatives for clicks (--ctr-negatives)"
        )
    table = data.ctr.filter(pl.col(Columns.PART) == TRAIN)
    users, items = (table[name].to_numpy().astype(np.int64) for name in (Columns.USER, Columns.ITEM))
    labels = table[Columns.LABEL].to_numpy()
    train = TrainingPlaces.of(data)
    clicks = train.first_of_pairs(data, users, items)
    return TaskQueries(
        task="ctr",
        ids=query_ids(data.users[Columns.USER_ID], users, items),
        users=users,
        histories=train.before(users, clicks[_click_of(users, labels)]),
        items=items,
        targets=items,
        labels=labels,
    )


def _click_of(users: IntArray, labels: NDArray[np.int8]) -> IntArray:
    """[N] row of the click that each row belongs to: the last one before it of the same user, else the user's first.

    A user without any click gets rows of negatives, for which every item has been seen before: the whole history.
    """
    rows = np.arange(len(users))
    clicks = np.flatnonzero(labels == 1)
    if not len(clicks):
        return rows
    last = np.maximum.accumulate(np.where(labels == 1, rows, -1))
    owners, first = np.unique(users[clicks], return_index=True)
    at = np.minimum(np.searchsorted(owners, users), len(owners) - 1)
    earliest = np.where(owners[at] == users, clicks[first[at]], rows)
    return np.where((last >= 0) & (users[last] == users), last, earliest).astype(np.int64)
