from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tools.ctr.click_metrics import click_score

rows = st.lists(st.tuples(st.booleans(), st.sampled_from([-2.0, -0.5, 0.0, 0.5, 3.0])), min_size=1, max_size=20)


@given(rows)
@settings(deadline=None)
def test_auc_counts_pairs(found):
    labels, logits = np.array([row[0] for row in found]), np.array([row[1] for row in found])
    wins = [float(yes > no) + 0.5 * float(yes == no) for yes in logits[labels] for no in logits[~labels]]
    score = click_score(labels, logits)
    assert score.auc == pytest.approx(np.mean(wins) if wins else 0.5)
    probability = 1 / (1 + np.exp(-logits))
    assert score.logloss == pytest.approx(-np.log(np.where(labels, probability, 1 - probability)).mean())


def test_like_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    drawn = np.random.default_rng(0)
    labels, logits = drawn.integers(0, 2, 500), drawn.normal(size=500).round(1)
    score = click_score(labels, logits)
    assert score.auc == pytest.approx(metrics.roc_auc_score(labels, logits))
    assert score.logloss == pytest.approx(metrics.log_loss(labels, 1 / (1 + np.exp(-logits))))


def test_certainty_and_nothing_stay_finite():
    assert click_score(np.array([0]), np.array([900.0])).logloss == 900.0
    assert click_score(np.array([]), np.array([])).logloss == 0.0
