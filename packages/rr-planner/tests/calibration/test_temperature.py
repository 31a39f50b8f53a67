import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import CalibrationError, InvalidPolicyError, Temperature


def outcomes(temperature, size=20_000, seed=0):
    """Confidences that a temperature makes right."""
    generator = np.random.default_rng(seed)
    odds = generator.normal(size=size) * 2
    right = generator.random(size) < 1 / (1 + np.exp(-odds / temperature))
    return 1 / (1 + np.exp(-odds)), right


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_finds_the_temperature(temperature):
    assert Temperature.fit(*outcomes(temperature)).value == pytest.approx(temperature, rel=0.06)


def test_no_other_temperature_is_more_likely():
    sure, right = outcomes(2.0, size=300)
    best = Temperature.fit(sure, right)

    def loss(value):
        calibrated = Temperature(value)(sure)
        return -np.log(np.where(right, calibrated, 1 - calibrated)).mean()

    assert all(loss(best.value) <= loss(value) + 1e-12 for value in np.linspace(0.1, 10, 500))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(0.05, 20))
def test_keeps_the_order_and_the_range(values, temperature):
    result = Temperature(temperature)(np.sort(values))
    assert ((result >= 0) & (result <= 1)).all()
    assert (np.diff(result) >= 0).all()


def test_misleading_confidence_ends_at_the_edge():
    sure, right = outcomes(1.0)
    assert Temperature.fit(sure, ~right).value == pytest.approx(20.0)


def test_round_trip_and_bad_values():
    assert Temperature.from_dict(Temperature(1.5).to_dict()) == Temperature(1.5)
    with pytest.raises(InvalidPolicyError, match="value"):
        Temperature.from_dict({"valu": 1.5})
    with pytest.raises(CalibrationError):
        Temperature(0.0)


@pytest.mark.parametrize(
    ("confidence", "correct", "words"),
    [
        ([0.5] * 10, [0, 1] * 5, "10 outcomes; expected at least 50"),
        ([0.5] * 60, [1] * 60, "all right"),
        ([0.5] * 60, [0] * 60, "all wrong"),
        ([0.5] * 60, [0.5] * 60, "0 or 1"),
        ([1.5] * 60, [0, 1] * 30, "confidence"),
        ([np.nan] * 60, [0, 1] * 30, "confidence"),
        ([0.5] * 60, [0, 1], "correct"),
        (0.5, [0, 1], "confidence"),
    ],
)
def test_useless_outcomes_are_refused(confidence, correct, words):
    with pytest.raises(CalibrationError, match=words):
        Temperature.fit(confidence, correct)
