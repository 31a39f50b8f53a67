from __future__ import annotations

import numpy as np

from rr_tools import TrainingData
from rr_tools.recbole.validator import Validator


def test_seen_items_are_masked_and_users_without_target_left_out():
    data = TrainingData(items=[0, 1, 2], offsets=[0, 2, 3], n_items=4, validation=[3, -1])
    asked = []

    def scores(users, histories):
        asked.extend(users.tolist())
        return np.array([[9.0, 8.0, 1.0, 2.0]], dtype=np.float32)

    score = Validator.of(data, 10, scores)()
    assert (asked, score.queries, score.ndcg) == ([0], 1, 1.0)


def test_at_most_so_many_users_are_asked():
    data = TrainingData(items=np.zeros(100, dtype=int), offsets=np.arange(101), n_items=2, validation=np.ones(100, int))
    validator = Validator.of(data, 7, lambda users, histories: np.zeros((len(users), 2), dtype=np.float32))
    assert validator().queries == 7
    assert (validator.users[0], validator.users[-1]) == (0, 99)


def test_nobody_to_ask():
    assert Validator.of(TrainingData(items=[0], offsets=[0, 1], n_items=1), 5, None) is None
