import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_vlm import Curriculum, InputError, Phase


@given(st.integers(1, 3000), st.data())
def test_shares_are_a_distribution_that_forgets_no_level(max_steps, data):
    step = data.draw(st.integers(0, max_steps - 1))
    shares = Curriculum().mixture(step, max_steps)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0


def test_low_first_medium_then_high_and_cold_start_in_the_last_twentieth():
    plan = Curriculum().plan(1000)
    assert plan.boundaries() == {Phase.WARM_UP: 0, Phase.PROGRESSIVE: 150, Phase.COLD_START: 950}
    assert plan.shares[0].argmax() == 0
    assert plan.shares[-1].argmax() == 2
    progressive = plan.shares[150:950]
    assert (np.diff(progressive[:, 0]) <= 1e-12).all()
    assert (np.diff(progressive[:, 2]) >= -1e-12).all()
    # The medium level is introduced in the first half of the phase, the high level all along it.
    assert progressive[400, 1] == pytest.approx(Curriculum().progressive[1])
    assert progressive[400, 2] < Curriculum().progressive[2]


@pytest.mark.parametrize(
    "change", [{"warm_up": (1.0, 0.0, 0.0)}, {"cold_start": (0.5, 0.5, 0.5)}, {"warm_up_until": 0.99}]
)
def test_impossible_curricula_are_refused(change):
    with pytest.raises(InputError):
        Curriculum(**change)


def test_steps_outside_the_run_are_refused():
    with pytest.raises(InputError, match="0 to 9"):
        Curriculum().mixture(10, 10)
