"""Scoring the validation items of direct models among drawn items in the place of the whole catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rr_tools.recbole.negatives import NegativeSampler
from rr_tools.recbole.served_users import ServedUsers
from rr_tools.recbole.validator import USERS_PER_CHUNK
from rr_tools.training_data import TrainingData
from rr_tools.validation import NextItemScore, next_item_score, target_ranks


@dataclass(frozen=True, slots=True, eq=False)
class CandidateValidator:
    """Ranks each user's validation item among items that the user did not take, the same ones every time.

    Attributes:
        users: [V] the users it asks.
        lists: [V, C] item codes, the validation item first; -1 where there is nothing to rank.
    """

    users: NDArray[np.int64]
    lists: NDArray[np.int64]

    @classmethod
    def of(
        cls, data: TrainingData, users: NDArray[np.int64], size: int, sampler: NegativeSampler
    ) -> CandidateValidator:
        """Draw lists of `size` for users [V] who have a validation item; an item may stand in a list twice."""
        targets = np.asarray(data.validation)[users]
        drawn = sampler.draw(np.repeat(users, size - 1), np.random.default_rng(0)).reshape(len(users), size - 1)
        negatives = np.where(drawn == targets[:, None], -1, drawn)
        return cls(users, np.column_stack([targets, negatives]))

    def __call__(self, served: ServedUsers) -> NextItemScore:
        """Return HR@5 and NDCG@5 among the lists, mid-tie ranks."""
        ranks = []
        for first in range(0, len(self.users), USERS_PER_CHUNK):
            lists = self.lists[first : first + USERS_PER_CHUNK]
            users = torch.from_numpy(self.users[first : first + USERS_PER_CHUNK])
            scores = served.pair_scores(users, torch.from_numpy(np.maximum(lists, 0))).numpy()
            ranked = np.where(lists >= 0, scores, -np.inf)
            ranks.append(target_ranks(ranked, np.zeros(len(lists), dtype=np.int64)))
        return next_item_score(np.concatenate(ranks))
