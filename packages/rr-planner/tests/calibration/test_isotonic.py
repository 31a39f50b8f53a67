import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_planner import CalibrationError, Isotonic


def test_by_hand():
    # Shares at .1, .2, .3, .4 are 0, .4, .2, 1: the middle two violate the order and are pooled to .3.
    sure = np.repeat([0.1, 0.2, 0.3, 0.4], 20)
    right = np.concatenate([np.zeros(20), np.tile([1, 1, 0, 0, 0], 4), np.tile([1, 0, 0, 0, 0], 4), np.ones(20)])
    fitted = Isotonic.fit(sure, right)
    assert fitted.raw == pytest.approx((0.1, 0.2, 0.3, 0.4))
    assert fitted.calibrated == pytest.approx((0.0, 0.3, 0.3, 1.0))
    assert fitted([0.0, 0.15, 0.25, 0.9]).tolist() == pytest.approx([0.0, 0.15, 0.3, 1.0])


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(50, 300), st.integers(1, 3))
def test_against_scikit_learn(seed, size, digits):
    isotonic = pytest.importorskip("sklearn.isotonic")
    generator = np.random.default_rng(seed)
    sure = generator.random(size).round(digits)
    right = (generator.random(size) < sure**2).astype(float)
    right[:2] = 0, 1
    grid = np.linspace(0, 1, 57)
    expected = isotonic.IsotonicRegression(out_of_bounds="clip").fit(sure, right).predict(grid)
    assert Isotonic.fit(sure, right)(grid) == pytest.approx(expected, abs=1e-9)


def test_one_confidence_for_all():
    fitted = Isotonic.fit([0.4] * 60, [0, 0, 1] * 20)
    assert fitted([0.0, 0.4, 1.0]).tolist() == pytest.approx([1 / 3] * 3)


def test_round_trip():
    generator = np.random.default_rng(0)
    sure = generator.random(200)
    fitted = Isotonic.fit(sure, generator.random(200) < sure)
    assert Isotonic.from_dict(json.loads(json.dumps(fitted.to_dict()))) == fitted
    assert len(fitted.raw) < 60  # only the ends of flat stretches are kept


@pytest.mark.parametrize(
    ("raw", "calibrated"),
    [
        ((), ()),
        ((0.1, 0.1), (0.1, 0.2)),
        ((0.1, 0.2), (0.3, 0.2)),
        ((0.1,), (0.1, 0.2)),
        ((0.1,), (1.2,)),
        ((2.0,), (1.0,)),
    ],
)
def test_bad_knots(raw, calibrated):
    with pytest.raises(CalibrationError):
        Isotonic(raw, calibrated)


def test_useless_outcomes_are_refused():
    with pytest.raises(CalibrationError, match="all wrong"):
        Isotonic.fit(np.linspace(0, 1, 60), np.zeros(60))
