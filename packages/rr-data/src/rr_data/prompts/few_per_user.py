"""At most so many questions a user, drawn at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rr_data.errors import OptionError
from rr_data.sampling.streams import stream_keys, uniform_draws

IntArray = NDArray[np.int64]
_CHOICE = 6  # a stream of the seed; others are in sampling/, direct_queries.py and mixture.py


def few_per_user(users: IntArray, places: IntArray, per_user: int | None, *, seed: int) -> IntArray:
    """Choose among places in users' sequences. A user's choice does not change when other users come or go.

    Args:
        users: [N] user codes, ascending.
        places: [N] places, ascending within a user.
        per_user: how many of each user's are chosen at most; None chooses all.
        seed: an integer of at least 0.

    Returns:
        [M] indices into the arguments, ascending.

    Raises:
        OptionError: a number or a seed out of range.

    Example:
        >>> few_per_user(np.array([0, 0, 0, 1]), np.array([0, 1, 2, 0]), 1, seed=0).tolist()
        [1, 3]
    """
    if per_user is None:
        return np.arange(len(users))
    if per_user < 1 or seed < 0:
        raise OptionError("per_user, seed", (per_user, seed), "at least 1, and an integer of at least 0")
    keys = uniform_draws(stream_keys(seed, _CHOICE, users, places), 0, 1)[:, 0]
    order = np.lexsort((keys, users))
    starts = np.flatnonzero(np.diff(users[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return np.sort(order[rank < per_user])
