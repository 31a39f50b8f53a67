"""Next-item questions from the training part."""

from __future__ import annotations

import numpy as np

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.few_per_user import few_per_user
from rr_data.prompts.task_queries import TaskQueries, query_ids
from rr_data.prompts.training_places import TrainingPlaces


def sequential_queries(
    data: PreparedDataset,
    *,
    windows: int | None = None,
    stride: int | None = None,
    shortest: int = 1,
    per_user: int | None = None,
    seed: int = 0,
) -> TaskQueries:
    """Ask for items of the training sequences, given the training items before them.

    Args:
        data: the prepared dataset; validation, test and context are never read.
        windows: None asks for every item that has `shortest` items before it. A size W slides a window of W items and
            its target over each sequence, back from its end, until the first item is covered. Where a prompt writes W
            items and the model also learns to predict each of them, no more questions are needed. Histories stay
            whole: what is too old to be written is described.
        stride: how far a window moves; by default W, so that each item is in about one window.
        shortest: how many items a history has at least.
        per_user: at most so many of each user's questions, drawn at random; None asks all.
        seed: of this draw, an integer of at least 0.

    Returns:
        Questions by user, then place.

    Raises:
        OptionError: a number or a seed out of range, or a stride without windows.
    """
    step = windows if stride is None else stride
    if shortest < 1 or (windows is not None and windows < 1) or (step is not None and step < 1):
        raise OptionError("windows, stride, shortest", (windows, stride, shortest), "at least 1 each")
    if windows is None and stride is not None:
        raise OptionError("stride", stride, "windows to move by it")
    train = TrainingPlaces.of(data)
    chosen = train.places >= shortest
    if windows is not None and step is not None:
        last = train.sequences.lengths[train.users] - 1
        # The earliest end whose window holds the first item; ends further back would add nothing.
        chosen &= ((last - train.places) % step == 0) & (train.places > np.minimum(windows, last) - step)
    asked = np.flatnonzero(chosen)
    asked = asked[few_per_user(train.users[asked], train.places[asked], per_user, seed=seed)]
    users, places = train.users[asked], train.places[asked]
    return TaskQueries(
        task="sequential",
        ids=query_ids(data.users[Columns.USER_ID], users, places),
        users=users,
        histories=train.before(users, places),
        items=train.items[asked],
        targets=train.items[asked],
    )
