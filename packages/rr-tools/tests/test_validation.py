from __future__ import annotations

import numpy as np
import pytest

from rr_tools.validation import next_item_score, target_ranks


def test_ranks_are_the_middle_of_their_ties():
    scores = np.array([[5.0, 4.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0], [9.0, -np.inf, 1.0, 1.0]], dtype=np.float32)
    assert target_ranks(scores, np.array([2, 0, 3])).tolist() == [3.0, 2.5, 2.5]


def test_a_masked_target_is_never_found():
    scores = np.array([[-np.inf, -np.inf]], dtype=np.float32)
    assert target_ranks(scores, np.array([1])).tolist() == [np.inf]


def test_hit_rate_and_ndcg_by_hand():
    score = next_item_score(np.array([1.0, 2.0, 5.0, 6.0, np.inf]))
    assert score.hit_rate == pytest.approx(3 / 5)
    assert score.ndcg == pytest.approx((1 + 1 / np.log2(3) + 1 / np.log2(6)) / 5)
    assert next_item_score(np.empty(0)).queries == 0
