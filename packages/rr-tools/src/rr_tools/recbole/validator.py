"""Scoring the validation items between epochs, as the tool will be scored when it is served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.runtime.queries import Histories, mask_unrankable
from rr_tools.training_data import TrainingData
from rr_tools.validation import NextItemScore, next_item_score, target_ranks

USERS_PER_CHUNK = 256
Scores = Callable[[NDArray[np.int64], Histories], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Validator:
    """Calls `scores` with user codes [b] and their training histories and ranks their validation items.

    Attributes:
        data: where histories and validation items stand.
        users: [V] the users it asks.
        scores: returns a new array [b, n_items].
    """

    data: TrainingData
    users: NDArray[np.int64]
    scores: Scores

    @classmethod
    def of(cls, data: TrainingData, limit: int, scores: Scores) -> Validator | None:
        """Return a validator over at most `limit` users, evenly spread, or None where there is no validation item."""
        users = np.flatnonzero(data.validation >= 0) if data.validation is not None else np.empty(0, dtype=np.int64)
        if len(users) == 0:
            return None
        if len(users) > limit:
            users = users[np.linspace(0, len(users) - 1, limit).astype(np.int64)]
        return cls(data, users, scores)

    def __call__(self) -> NextItemScore:
        """Return HR@5 and NDCG@5 over the full catalogue, seen items masked, mid-tie ranks."""
        targets = np.asarray(self.data.validation)
        ranks = []
        for first in range(0, len(self.users), USERS_PER_CHUNK):
            users = self.users[first : first + USERS_PER_CHUNK]
            histories = Histories.of([self.data.sequence(user) for user in users], self.data.n_items)
            scores = self.scores(users, histories)
            mask_unrankable(scores, histories, None)
            ranks.append(target_ranks(scores, targets[users]))
        return next_item_score(np.concatenate(ranks))
