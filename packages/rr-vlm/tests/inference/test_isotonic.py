"""Clicks' second calibration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_vlm.inference.isotonic import IsotonicCurve, _rising, fit_isotonic


def test_it_finds_a_curve_that_no_scaling_has():
    rng = np.random.default_rng(0)
    said = rng.uniform(0.05, 0.95, 30_000)
    truth = np.maximum(said, 0.4)  # flat, then the diagonal
    found = fit_isotonic(said, rng.random(30_000) < truth).predict([0.1, 0.3, 0.6, 0.9])
    assert found == pytest.approx([0.4, 0.4, 0.6, 0.9], abs=0.03)


def test_few_answers_change_little():
    said = np.array([0.2, 0.8])
    found = fit_isotonic(said, np.array([True, False])).predict(said)
    assert found == pytest.approx([3 / 11, 8 / 11])


def test_without_answers_probabilities_stay():
    nothing = fit_isotonic(np.empty(0), np.empty(0, dtype=bool))
    assert nothing == IsotonicCurve()
    assert nothing.predict([[0.3, 0.7]]).tolist() == [[0.3, 0.7]]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.5, 20)), min_size=1, max_size=12))
def test_pools_rise_and_keep_the_mean(pairs):
    values, weights = np.array(pairs).T
    rising = _rising(values, weights)
    assert (np.diff(rising) >= 0).all()
    assert (rising * weights).sum() == pytest.approx((values * weights).sum())
    if (np.diff(values) > 0).all():
        assert rising.tolist() == values.tolist()
