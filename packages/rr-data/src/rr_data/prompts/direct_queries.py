"""Is this item right for this user? Questions from the training part."""

from __future__ import annotations

import numpy as np

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.few_per_user import few_per_user
from rr_data.prompts.sequence_views import SequenceViews
from rr_data.prompts.task_queries import IntArray, TaskQueries, query_ids
from rr_data.prompts.training_places import TrainingPlaces
from rr_data.sampling.item_pool import ItemPool
from rr_data.sampling.seen_pairs import SeenPairs
from rr_data.sampling.streams import stream_keys
from rr_data.sampling.unseen import draw_unseen
from rr_data.sequences import Sequences
from rr_data.splits.parts import VALIDATION

_NEGATIVES = 5  # a stream of the seed; others are in sampling/ and in few_per_user.py
_LIST_SIZE = 100  # VIP5's


def direct_queries(
    data: PreparedDataset, *, candidates: int | None = None, negatives: int = 4, per_user: int | None = None, seed: int
) -> TaskQueries:
    """Ask about training items and about items that the user never touched.

    Each pair of user and training item gives one candidate list: the item, and items that the user has in no part, so
    that no held-out item is ever called wrong. Tools rank the list; the questions are about its item and the first
    `negatives` others. All questions of a list read the same history, the items before the pair's first interaction: a
    history that held the right item, or was longer for right ones, would give the answer away.

    Args:
        data: the prepared dataset.
        candidates: size of a list; by default that of the stored validation lists, or 100, and more than `negatives`.
            Tools hit more often in shorter lists, so compare hit rates of lists of one size only. Near the end of a
            small catalogue lists are shorter.
        negatives: questions with the answer no, for each with yes.
        per_user: at most so many lists a user, drawn at random; None takes every pair.
        seed: an integer of at least 0.

    Returns:
        Questions by user, then place; of each list first the right item.

    Raises:
        OptionError: an option that cannot be used.
    """
    size = max(_stored_size(data), negatives + 1) if candidates is None else candidates
    if size < 1 or not 0 <= negatives < size:
        raise OptionError(
            "candidates, negatives", (size, negatives), "at least 1 candidate and more of them than negatives"
        )
    if seed < 0:
        raise OptionError("seed", seed, "an integer of at least 0")
    train = TrainingPlaces.of(data)
    chosen = train.first_times(data)
    chosen = chosen[few_per_user(train.users[chosen], train.places[chosen], per_user, seed=seed)]
    users, places, targets = train.users[chosen], train.places[chosen], train.items[chosen]
    drawn = _negatives(data, users, places, size - 1, seed)
    asked = np.minimum(drawn.lengths, negatives) + 1
    of_list = np.repeat(np.arange(len(users)), asked)
    rank = np.arange(len(of_list)) - np.repeat(np.cumsum(asked) - asked, asked)
    items = targets[of_list]
    items[rank > 0] = drawn.items[drawn.offsets[of_list[rank > 0]] + rank[rank > 0] - 1]
    return TaskQueries(
        task="direct",
        ids=query_ids(data.users[Columns.USER_ID], users[of_list], places[of_list]),
        users=users[of_list],
        histories=train.before(users[of_list], places[of_list]),
        items=items,
        targets=targets[of_list],
        labels=(rank == 0).astype(np.int8),
        candidates=_lists(targets, drawn, data.n_items)[of_list],
    )


def _stored_size(data: PreparedDataset) -> int:
    stored = data.candidates(VALIDATION)
    longest = None if stored is None else stored[Columns.ITEMS].list.len().max()
    return longest if isinstance(longest, int) else _LIST_SIZE


def _negatives(data: PreparedDataset, users: IntArray, places: IntArray, number: int, seed: int) -> Sequences:
    seen = SeenPairs.of(
        data.interactions[Columns.USER].to_numpy(), data.interactions[Columns.ITEM].to_numpy(), n_items=data.n_items
    )
    pool = ItemPool.uniform(np.arange(data.n_items), n_items=data.n_items)
    keys = stream_keys(seed, _NEGATIVES, users, places)
    return draw_unseen(users, np.full(len(users), number), keys, pool=pool, seen=seen)


def _lists(targets: IntArray, negatives: Sequences, n_items: int) -> SequenceViews:
    """Target and negatives of each list in the order of their codes, which are random: the place tells nothing."""
    lengths = negatives.lengths + 1
    owners = np.concatenate([np.arange(len(targets)), np.repeat(np.arange(len(targets)), negatives.lengths)])
    keys = np.sort(owners * n_items + np.concatenate([targets, negatives.items]))
    ends = np.cumsum(lengths)
    return SequenceViews((keys % n_items).astype(np.int32), ends - lengths, ends)
