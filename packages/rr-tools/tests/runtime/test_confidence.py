from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rr_tools import ArtifactError, InvalidDataError
from rr_tools.runtime.confidence import FEATURES, ConfidenceModel, confidence_features, fit_confidence

wild = st.sampled_from([float(np.float32(value)) for value in (-np.inf, 0.0, 1e-30, 1.0, 50.0, 3e38)])


CENTER, SPREAD = np.array([-3.0, 1.0, 0.0, 2.0]), np.array([2.0, 1.0, 1.5, 0.5])


def drawn(n, seed=0, slopes=(1.0, 0.5, 0.2, -0.8)):
    """Features, hits drawn from a logistic model of them, and its probabilities."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4)) * SPREAD + CENTER
    logits = -1.0 + (features - CENTER) / SPREAD @ np.array(slopes)
    return features, rng.random(n) < 1 / (1 + np.exp(-logits)), 1 / (1 + np.exp(-logits))


def test_the_features_by_hand():
    scores = np.array([[4.0, 2.0, 1.0, 1.0, 1.0, 1.0, -np.inf]], dtype=np.float32)
    weights = confidence_features(scores, np.array([3]), "weights")[0]
    np.testing.assert_allclose(weights, [np.log(9 / 10), np.log(4 / 1.25), np.log(10), np.log(4)])
    logits = confidence_features(np.log(scores, where=scores > 0, out=scores), np.array([3]), "logits")[0]
    np.testing.assert_allclose(logits, weights * [1, 1, 0, 1], rtol=1e-6)


@given(arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 8)), elements=wild))
@settings(max_examples=200, deadline=None)
def test_features_are_always_finite(scores):
    for scale in ("logits", "weights"):
        features = confidence_features(scores, np.zeros(len(scores), dtype=np.int64), scale)
        assert features.shape == (len(scores), len(FEATURES))
        assert np.isfinite(features).all()


def test_true_probabilities_are_found():
    features, hits, truth = drawn(20_000)
    model = fit_confidence(features, hits)
    np.testing.assert_allclose(model.coefficients, [1.0, 0.5, 0.2, -0.8], atol=0.06)
    assert np.abs(model.predict(features) - truth).max() < 0.03


def test_like_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model")
    features, hits, _ = drawn(500)
    model = fit_confidence(features, hits)
    standard = np.vstack([(features - features.mean(axis=0)) / features.std(axis=0), np.zeros((2, 4))])
    outcomes, counts = np.concatenate([hits, [True, False]]), np.concatenate([np.ones(500), [0.5, 0.5]])
    reference = linear.LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(standard, outcomes, counts)
    np.testing.assert_allclose(model.coefficients, reference.coef_[0], atol=1e-5)
    np.testing.assert_allclose(model.intercept, reference.intercept_[0], atol=1e-5)


def test_a_more_decided_answer_is_never_less_sure():
    features, hits, _ = drawn(2_000, slopes=(-1.0, 0.5, 0.2, 0.3))
    model = fit_confidence(features, hits)
    assert model.coefficients[0] == 0.0
    assert model.coefficients[1] > 0
    raised = features + np.array([1.0, 1.0, 1.0, 0.0])
    assert (model.predict(raised) >= model.predict(features)).all()


@pytest.mark.parametrize("hit", [True, False])
@pytest.mark.parametrize("n", [1, 50])
def test_all_hits_or_none_stay_finite_and_unsure(n, hit):
    features, _, _ = drawn(n)
    confidence = fit_confidence(features, np.full(n, hit)).predict(features)
    assert ((confidence > 0) & (confidence < 1)).all()
    assert ((confidence > 0.5) == hit).all()
    np.testing.assert_allclose(confidence.mean(), (n * hit + 0.5) / (n + 1), atol=0.02)


def test_features_that_separate_perfectly_stay_finite():
    features = np.zeros((40, 4))
    features[20:, 0] = 1.0
    confidence = fit_confidence(features, features[:, 0] > 0).predict(features * 1e300)
    assert np.isfinite(confidence).all()


def test_json_keeps_the_model():
    features, hits, _ = drawn(200)
    model = fit_confidence(features, hits)
    read = ConfidenceModel.from_json(json.loads(json.dumps(model.to_json())))
    np.testing.assert_array_equal(read.predict(features), model.predict(features))


def test_another_kind_of_calibration_is_refused():
    with pytest.raises(ArtifactError, match="calibrate the tool again"):
        ConfidenceModel.from_json({"kind": "oracle"})


def test_nothing_to_fit_on():
    with pytest.raises(InvalidDataError):
        fit_confidence(np.empty((0, 4)), np.empty(0, dtype=bool))
