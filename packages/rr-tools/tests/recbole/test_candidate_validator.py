from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools import TrainingData  # noqa: E402
from rr_tools.recbole.candidate_validator import CandidateValidator  # noqa: E402
from rr_tools.recbole.negatives import NegativeSampler  # noqa: E402
from rr_tools.recbole.served_users import ServedVectors  # noqa: E402
from rr_tools.validation import next_item_score  # noqa: E402


def test_lists_hold_the_validation_item_and_items_that_were_not_taken(ring):
    sampler = NegativeSampler.of(ring)
    users = np.array([3, 11, 40])
    lists = CandidateValidator.of(ring, users, 50, sampler).lists
    assert lists.shape == (3, 50)
    for user, row in zip(users, lists, strict=True):
        assert row[0] == ring.validation[user]
        left = set(range(ring.n_items)) - set(ring.sequence(user)) - {row[0]}
        assert set(row[1:]) - {-1} <= left
        assert len(set(row[1:]) & left) > len(left) / 2
    np.testing.assert_array_equal(CandidateValidator.of(ring, users, 50, sampler).lists, lists)


def test_a_validation_item_is_ranked_by_its_score():
    users, items = torch.tensor([[1.0], [2.0], [0.0]]), torch.tensor([[3.0], [1.0], [2.0], [1.0]])
    validator = CandidateValidator(np.array([0, 1]), np.array([[2, 0, 1, 3], [1, 0, 3, -1]]))
    assert validator(ServedVectors(users, items)) == next_item_score(np.array([2.0, 2.5]))  # 3 and 1 score alike


def test_a_user_who_took_everything_else_has_the_item_alone():
    data = TrainingData(items=[0, 1], offsets=[0, 2], n_items=3, validation=[2])
    validator = CandidateValidator.of(data, np.array([0]), 3, NegativeSampler.of(data))
    assert validator.lists.tolist() == [[2, -1, -1]]
    assert validator(ServedVectors(torch.ones(2, 1), torch.ones(3, 1))).ndcg == 1.0
