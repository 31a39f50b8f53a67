"""Risk control: the guarantee itself, resplit by resplit."""

import numpy as np
import pytest

from rr_planner import CalibrationError, control_risk
from rr_planner.calibration.conformal import p_value

ALPHA, DELTA = 0.10, 0.05


def test_the_bound_is_violated_in_at_most_five_percent_of_resplits():
    generator = np.random.default_rng(0)
    # A population whose risk rises over 40 settings from .02 to .20: the boldest ones are unsafe.
    chance = np.linspace(0.02, 0.20, 40)
    population = generator.random(20_000) < chance[:, None]
    risk = population.mean(1)
    violated, chosen = 0, []
    for _ in range(1000):
        rows = generator.choice(population.shape[1], 1000, replace=False)
        setting = control_risk(population[:, rows], alpha=ALPHA, delta=DELTA)
        chosen.append(-1 if setting is None else setting)
        violated += setting is not None and risk[setting] > ALPHA
    assert violated <= 1000 * DELTA
    assert np.median(chosen) >= 9  # and it is not shy: a risk of .065 is found safe


def test_graded_losses_and_a_risk_right_at_the_bound():
    generator = np.random.default_rng(1)
    violated = 0
    for _ in range(400):
        losses = generator.beta(0.2, 1.7, size=(1, 400))  # mean .105
        violated += control_risk(losses, alpha=ALPHA, delta=DELTA) is not None
    assert violated <= 400 * DELTA


def test_p_values():
    assert p_value(0.2, 100, 0.1) == 1.0
    assert p_value(0.0, 100, 0.1) == pytest.approx(0.9**100, rel=1e-9)
    assert p_value(0.05, 1000, 0.1) < p_value(0.05, 100, 0.1) < p_value(0.08, 100, 0.1)
    assert 0 < p_value(0.09, 100_000, 0.1) < 1e-9


def test_none_is_safe():
    assert control_risk(np.ones((2, 50)), alpha=ALPHA) is None
    assert control_risk([[0.0] * 10], alpha=ALPHA) is None  # too few to be sure


@pytest.mark.parametrize(
    ("losses", "alpha", "delta", "field"),
    [
        ([[1.5]], 0.1, 0.05, "losses"),
        ([[np.nan]], 0.1, 0.05, "losses"),
        ([], 0.1, 0.05, "losses"),
        ([0.1], 0.1, 0.05, "losses"),
        ([[0.1]], 0.0, 0.05, "alpha"),
        ([[0.1]], 0.1, 1.0, "delta"),
    ],
)
def test_bad_arguments_are_named(losses, alpha, delta, field):
    with pytest.raises(CalibrationError, match=field):
        control_risk(losses, alpha=alpha, delta=delta)
