"""Why does this user rate this item so? Questions from the training part of the explanations."""

from __future__ import annotations

import numpy as np
import polars as pl

from rr_data.columns import Columns
from rr_data.errors import PreparedDatasetError
from rr_data.prepared import EXPLANATIONS_FILE, PreparedDataset
from rr_data.prompts.task_queries import TaskQueries, query_ids
from rr_data.prompts.training_places import TrainingPlaces
from rr_data.splits.parts import TRAIN

_MOST_STARS = 5


def explanation_queries(data: PreparedDataset) -> TaskQueries:
    """Ask for every training sentence of `explanations.parquet`, given the user, the item and the rating.

    The rating becomes 1 to 5 stars, halves rounded up. Rows without a rating or without a sentence are left out.
    The history is what came before the item's first time: it never holds the item in question.
    Neither the summary of the review nor the sentence's feature is shown: both hold what is to be written.

    Raises:
        PreparedDatasetError: the dataset has no explanations.
    """
    if data.explanations is None:
        raise PreparedDatasetError(
            f"{data.path}: no {EXPLANATIONS_FILE}; prepare it again from a source with explanations, such as peter, or "
            "extract them from reviews (--explanations)"
        )
    rated = data.interactions.select(Columns.USER, Columns.ITEM, Columns.RATING)
    rows = data.explanations.filter(
        (pl.col(Columns.PART) == TRAIN) & (pl.col(Columns.SENTENCE).str.strip_chars() != "")
    )
    table = pl.concat([rows, rated[rows[Columns.ROW]]], how="horizontal")
    table = table.filter(pl.col(Columns.RATING).is_finite())
    users, items, numbers = (
        table[name].to_numpy().astype(np.int64) for name in (Columns.USER, Columns.ITEM, Columns.ROW)
    )
    train = TrainingPlaces.of(data)
    return TaskQueries(
        task="explanation",
        ids=query_ids(data.users[Columns.USER_ID], users, numbers),
        users=users,
        histories=train.before(users, train.first_of_pairs(data, users, items)),
        items=items,
        targets=items,
        star_ratings=np.clip(np.floor(table[Columns.RATING].to_numpy() + 0.5), 1, _MOST_STARS).astype(np.int64),
        sentences=table[Columns.SENTENCE],
    )
