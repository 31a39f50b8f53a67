"""A click table drawn from sequences, for data that come without one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rr_tools.ctr.click_table import TRAIN, VALIDATION, ClickTable
from rr_tools.recbole.negatives import NegativeSampler
from rr_tools.training_data import TrainingData


def drawn_clicks(data: TrainingData, *, negatives: int, rng: np.random.Generator) -> ClickTable:
    """Return every distinct pair of user and item as a click, each followed by its negatives.

    A user's negatives are drawn uniformly from the items that the user neither has in the sequence nor as validation
    item; a user who has everything gets none. A click and its negatives read the items before the click.

    Args:
        data: sequences, and validation items where there are any.
        negatives: for each click.
        rng: draws them.
    """
    steps = np.arange(len(data.items)) - np.repeat(data.offsets[:-1], np.diff(data.offsets))
    users, items, parts = data.users, data.items, np.full(len(data.items), TRAIN)
    if data.validation is not None:
        held_out = np.flatnonzero(data.validation >= 0)
        users, items = np.append(users, held_out), np.append(items, data.validation[held_out])
        steps = np.append(steps, np.diff(data.offsets)[held_out])
        parts = np.append(parts, np.full(len(held_out), VALIDATION))
    pairs, first = np.unique(users * data.n_items + items, return_index=True)
    clicks = np.sort(first)
    sampler = NegativeSampler(pairs, data.n_items)
    drawn = [sampler.draw(users[clicks], rng) for _ in range(negatives)]
    rows = np.repeat(clicks, negatives + 1)
    chosen = np.column_stack([items[clicks], *drawn]).ravel()
    labels = np.tile(np.arange(negatives + 1) == 0, len(clicks)).astype(np.int64)
    table = ClickTable(users[rows], chosen, labels, parts[rows], steps[rows])
    return table.take(chosen >= 0)


def history_lengths(
    users: NDArray[np.int64],
    items: NDArray[np.int64],
    *,
    all_users: NDArray[np.int64],
    all_items: NDArray[np.int64],
    trained: NDArray[np.bool_],
    n_items: int,
) -> NDArray[np.int64]:
    """Return [R] how many training items of its user lie before each row of a click table.

    A row whose pair occurs among the interactions stands at its first place; any other row, a negative, stands where
    the row of the same user above it does, and at the end where there is none.

    Args:
        users: [R] of the click table.
        items: [R] of the click table.
        all_users: [N] of all interactions, in order.
        all_items: [N] likewise.
        trained: [N] whether an interaction is trained on.
        n_items: size of the catalogue.

    Example:
        >>> interactions = {"all_users": np.array([0, 0, 0]), "all_items": np.array([4, 5, 6])}
        >>> trained = np.array([True, True, False])
        >>> pairs = (np.array([0, 0, 0]), np.array([5, 9, 6]))
        >>> history_lengths(*pairs, **interactions, trained=trained, n_items=10).tolist()
        [1, 1, 2]
    """
    counted = np.concatenate([[0], np.cumsum(trained)])
    begins = np.searchsorted(all_users, users, side="left")
    ends = np.searchsorted(all_users, users, side="right")
    pairs, first = np.unique(all_users * n_items + all_items, return_index=True)
    keys = users * n_items + items
    places = np.minimum(np.searchsorted(pairs, keys), len(pairs) - 1)
    found = pairs[places] == keys
    above = np.maximum.accumulate(np.where(found, np.arange(len(users)), -1))
    inherited = (above >= 0) & (users[above] == users)
    at = np.where(inherited, first[places][above], ends)
    lengths: NDArray[np.int64] = counted[at] - counted[begins]
    return lengths
