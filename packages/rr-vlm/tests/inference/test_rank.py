import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rr_vlm.inference.rank import _expected, _likelier, restrict, top_k

LOG_PROBS = np.log(np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]], dtype=np.float32))


def test_the_confidence_bin_holds_the_expectation():
    bins = torch.zeros(2, 10)
    bins[0, 0], bins[0, 9] = 0.7, 0.3  # 0.7 * 0.05 + 0.3 * 0.95 = 0.32
    bins[1, 9] = 1.0
    assert _expected(bins).tolist() == [3, 9]


@pytest.mark.parametrize(("rate", "chosen"), [(0.2, [0, 0, 1]), (0.9, [0, 1, 1])])
def test_a_tool_is_used_where_it_is_likelier_to_help_than_usual_or_than_not(rate, chosen):
    choice = torch.tensor([[0.6, 0.4], [0.31, 0.69], [0.25, 0.75]])
    assert _likelier(choice, rate=rate).tolist() == chosen


def test_known_items_are_left_out_and_the_rest_renormalised():
    kept = restrict(LOG_PROBS, [np.array([3, 3]), np.array([], dtype=np.int64)], None)
    assert np.allclose(np.exp(kept[0]), [1 / 6, 2 / 6, 3 / 6, 0])
    assert np.allclose(kept[1], LOG_PROBS[1])


def test_candidates_decide_whatever_the_history_holds():
    candidates = np.array([[3, 0, 9], [1, 1, -1]])
    kept = restrict(LOG_PROBS, [np.array([3]), np.array([1])], candidates)
    assert np.allclose(np.exp(kept), [[0.2, 0, 0, 0.8], [0, 1, 0, 0]])


def test_nothing_left_is_no_error():
    kept = restrict(LOG_PROBS[:1], [np.arange(4)], None)
    items, scores = top_k(kept, 2)
    assert items.tolist() == [[-1, -1]]
    assert np.isneginf(scores).all()


def test_ties_go_by_item_code_and_short_lists_are_padded():
    items, scores = top_k(np.zeros((1, 3), dtype=np.float32), 5)
    assert items.tolist() == [[0, 1, 2, -1, -1]]
    assert np.isneginf(scores[0, 3:]).all()


@settings(deadline=None)
@given(
    arrays(
        np.float32, st.tuples(st.integers(0, 4), st.integers(1, 9)), elements=st.sampled_from([-np.inf, -3, 0, 0.5])
    ),
    st.integers(1, 12),
)
def test_the_best_are_those_of_a_stable_sort(scores, k):
    items, best = top_k(scores, k)
    for row, found, given_scores in zip(scores, items, best, strict=True):
        order = [code for code in np.argsort(-row, kind="stable") if row[code] > -np.inf][:k]
        assert found.tolist() == order + [-1] * (k - len(order))
        assert given_scores[: len(order)].tolist() == row[order].tolist()
        assert np.isneginf(given_scores[len(order) :]).all()
