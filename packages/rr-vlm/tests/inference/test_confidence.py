import numpy as np
import pytest

from rr_vlm.errors import InputError
from rr_vlm.inference.confidence import ConfidenceModel, fit_confidence


def test_it_recovers_the_scaling_that_made_the_hits():
    rng = np.random.default_rng(0)
    thought, mass = rng.uniform(0.02, 0.9, 20000), rng.uniform(0.02, 0.9, 20000)
    truth = ConfidenceModel(bias=-0.7, thought=0.4, mass=0.8)
    hits = rng.random(20000) < truth.predict(thought, mass)
    fitted = fit_confidence(thought, mass, hits)
    assert fitted.bias == pytest.approx(truth.bias, abs=0.08)
    assert fitted.thought == pytest.approx(truth.thought, abs=0.06)
    assert fitted.mass == pytest.approx(truth.mass, abs=0.06)
    assert fitted.queries == 20000


@pytest.mark.parametrize("hits", [np.zeros(50), np.ones(50)])
def test_one_sided_data_stay_finite(hits):
    mass = np.linspace(0, 1, 50)
    confidence = fit_confidence(mass, mass, hits).predict([0.0, 0.5, 1.0], [0.0, 0.5, 1.0])
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert abs(confidence[1] - hits[0]) < 0.2


def test_nothing_to_fit_on_is_refused():
    with pytest.raises(InputError):
        fit_confidence([], [], [])
