import numpy as np
import pytest

from rr_vlm.errors import InputError
from rr_vlm.inference.confidence import ConfidenceModel, fit_confidence


def test_it_recovers_the_scaling_that_made_the_hits():
    rng = np.random.default_rng(0)
    thought, mass, first = rng.uniform(0.02, 0.9, (3, 20000))
    truth = ConfidenceModel(bias=-0.7, thought=0.4, mass=0.8, first=-0.3)
    hits = rng.random(20000) < truth.predict(mass, thought=thought, first=first)
    fitted = fit_confidence(mass, hits, thought=thought, first=first)
    assert fitted.bias == pytest.approx(truth.bias, abs=0.08)
    assert fitted.thought == pytest.approx(truth.thought, abs=0.06)
    assert fitted.mass == pytest.approx(truth.mass, abs=0.06)
    assert fitted.first == pytest.approx(truth.first, abs=0.06)
    assert fitted.queries == 20000


@pytest.mark.parametrize("hits", [np.zeros(50), np.ones(50)])
def test_one_sided_data_stay_finite(hits):
    mass = np.linspace(0, 1, 50)
    confidence = fit_confidence(mass, hits, thought=mass, first=mass).predict([0.0, 0.5, 1.0], thought=[0.0, 0.5, 1.0])
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert abs(confidence[1] - hits[0]) < 0.2


def test_what_is_not_said_has_no_weight():
    mass = np.linspace(0.01, 0.99, 500)
    fitted = fit_confidence(mass, mass > 0.5)
    assert fitted.thought == pytest.approx(0, abs=1e-9)
    assert fitted.first == pytest.approx(0, abs=1e-9)
    assert fitted.mass > 1


@pytest.mark.parametrize(
    "given",
    [
        {"mass": [], "hits": []},
        {"mass": [0.5, 0.5], "hits": [1]},
        {"mass": [0.5, 0.5], "hits": 1},
        {"mass": [0.5, 0.5], "hits": [1, 0], "thought": [0.5]},
        {"mass": [0.5, 0.5], "hits": [1, 0], "first": [0.5, 0.5, 0.5]},
        {"mass": 0.5, "hits": 1},
    ],
)
def test_arrays_that_do_not_fit_are_refused(given):
    with pytest.raises(InputError, match="mass, hits, thought, first"):
        fit_confidence(**given)
