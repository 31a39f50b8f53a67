from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rr_tools import InvalidDataError
from rr_tools.runtime.ranking import PADDED, top_k

few_values = st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0])  # few values make many ties


@given(arrays(np.float32, st.tuples(st.integers(0, 4), st.integers(1, 12)), elements=few_values), st.integers(1, 15))
@settings(max_examples=200, deadline=None)
def test_like_sorting_everything(scores, k):
    items, best = top_k(scores, k)
    assert items.shape == best.shape == (len(scores), k)
    for row in range(len(scores)):
        order = sorted(range(scores.shape[1]), key=lambda item: (-scores[row, item], item))[:k]
        rankable = [item for item in order if scores[row, item] > -np.inf]
        padding = k - len(rankable)
        assert items[row].tolist() == rankable + [PADDED] * padding
        assert best[row].tolist() == scores[row, rankable].tolist() + [-np.inf] * padding


def test_scores_are_left_alone():
    scores = np.array([[1.0, 3.0, 2.0]], dtype=np.float32)
    top_k(scores, 2)
    assert scores.tolist() == [[1.0, 3.0, 2.0]]


def test_a_ranking_has_a_place():
    with pytest.raises(InvalidDataError, match="k is 0"):
        top_k(np.zeros((1, 3), dtype=np.float32), 0)
