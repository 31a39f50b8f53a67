from __future__ import annotations

import numpy as np
import pytest

from rr_tools.ctr.platt_scaling import PlattScaling, fit_platt


def drawn(slope, intercept, n=5000):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=n)
    return rng.random(n) < 1 / (1 + np.exp(-(slope * logits + intercept))), logits


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.3, -2.0), (4.0, 1.0)])
def test_the_truth_is_found(slope, intercept):
    scaling = fit_platt(*drawn(slope, intercept))
    assert scaling.slope == pytest.approx(slope, abs=0.25)
    assert scaling.intercept == pytest.approx(intercept, abs=0.15)


def test_log_odds_that_are_far_too_sure():
    labels, logits = drawn(1.0, 0.0)
    scaling = fit_platt(labels, logits * 40)
    assert scaling.slope == pytest.approx(1 / 40, rel=0.1)


def test_rows_that_separate_claim_no_certainty():
    labels = np.repeat([0, 1], 10)
    scaling = fit_platt(labels, np.where(labels, 3.0, -3.0))
    assert 1 / (1 + np.exp(-(3.0 * scaling.slope + scaling.intercept))) == pytest.approx(11 / 12, abs=1e-3)


def test_the_order_is_never_turned_round():
    labels, logits = drawn(-2.0, -1.0)
    scaling = fit_platt(labels, logits)
    assert scaling.slope == 1.0
    expected = 1 / (1 + np.exp(-(logits + scaling.intercept)))
    assert expected.mean() == pytest.approx(labels.mean(), abs=0.01)


@pytest.mark.parametrize("label", [0, 1])
def test_one_kind_of_row_stays_finite(label):
    scaling = fit_platt(np.full(5, label), np.zeros(5))
    assert np.isfinite([scaling.slope, scaling.intercept]).all()


def test_no_rows_change_nothing():
    assert fit_platt(np.empty(0), np.empty(0)) == PlattScaling(1.0, 0.0)
