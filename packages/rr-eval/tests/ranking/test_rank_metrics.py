"""Hit rate, NDCG and MRR: hand-computed values, scikit-learn's, and what they refuse."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_eval import InvalidArgumentError, hit_rate, mrr, ndcg

RANKS = st.lists(st.one_of(st.integers(1, 30).map(float), st.integers(2, 60).map(lambda n: n / 2), st.just(math.inf)))


def test_hand_computed():
    ranks = [1, 2, 5, 5.5, 6, math.inf]
    assert hit_rate(ranks, k=5).tolist() == [1, 1, 1, 0, 0, 0]
    assert ndcg(ranks, k=5) == pytest.approx([1, 1 / math.log2(3), 1 / math.log2(6), 0, 0, 0])
    assert mrr(ranks, k=5) == pytest.approx([1, 1 / 2, 1 / 5, 0, 0, 0])
    assert mrr(ranks) == pytest.approx([1, 1 / 2, 1 / 5, 1 / 5.5, 1 / 6, 0])


@settings(deadline=None)
@given(RANKS, st.integers(1, 20))
def test_ndcg_lies_between_its_bounds(ranks, k):
    hits, gains = hit_rate(ranks, k=k), ndcg(ranks, k=k)
    assert np.all(gains <= hits)
    assert np.all(gains >= hits / math.log2(k + 1) - 1e-12)
    assert np.all(mrr(ranks, k=k) <= gains + 1e-12)


def test_ndcg_equals_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    scores, targets = rng.normal(size=(50, 12)), rng.integers(0, 12, 50)
    ranks = 1 + (scores > scores[np.arange(50), targets][:, None]).sum(axis=1)
    assert ndcg(ranks, k=5).mean() == pytest.approx(metrics.ndcg_score(np.eye(12)[targets], scores, k=5))


@pytest.mark.parametrize("metric", [hit_rate, ndcg, mrr])
@pytest.mark.parametrize(("ranks", "k"), [([0.5], 5), ([math.nan], 5), ([[1.0]], 5), ([1.0], 0)])
def test_bad_arguments_are_refused(metric, ranks, k):
    with pytest.raises(InvalidArgumentError):
        metric(ranks, k=k)


@pytest.mark.parametrize("metric", [hit_rate, ndcg, mrr])
def test_no_queries_no_values(metric):
    assert metric([], k=3).shape == (0,)
