from __future__ import annotations

import numpy as np

from rr_tools import TrainingData
from rr_tools.recbole.negatives import NegativeSampler


def test_negatives_are_untaken_and_cover_the_rest():
    data = TrainingData(items=[0, 1, 2, 7], offsets=[0, 3, 4], n_items=8)
    drawn = NegativeSampler.of(data).draw(np.repeat([0, 1], 500), np.random.default_rng(0))
    assert set(drawn[:500]) == {3, 4, 5, 6, 7}
    assert set(drawn[500:]) == {0, 1, 2, 3, 4, 5, 6}


def test_a_user_who_took_everything_has_no_negative():
    data = TrainingData(items=[0, 1, 0], offsets=[0, 2, 3], n_items=2)
    drawn = NegativeSampler.of(data).draw(np.array([0, 1]), np.random.default_rng(0))
    assert drawn.tolist() == [-1, 1]
