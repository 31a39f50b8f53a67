from __future__ import annotations

import math

import numpy as np
import pytest

from rr_data.errors import EvidenceError
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.task_traces import build_click_traces

NAN = math.nan


@pytest.mark.parametrize(
    ("probabilities", "label", "usable", "confidence"),
    [
        ((0.9, 0.7), 1, (True, True), 8),
        ((0.9, 0.7), 0, (False, False), 2),
        ((0.5, NAN), 1, (False, False), 5),
        ((0.5, NAN), 0, (False, False), 5),
        ((0.2, NAN), 0, (True, False), 8),
        ((1.0, 1.0), 1, (True, True), 9),
        ((NAN, NAN), 0, (False, False), 0),
        ((NAN, NAN), 1, (False, False), 0),
    ],
)
def test_by_hand(probabilities, label, usable, confidence) -> None:
    given = {name: np.array([value]) for name, value in zip("ab", probabilities, strict=True)}
    trace = build_click_traces(given, [label], [1])[0]
    assert tuple(flag for _, flag in trace.tools) == usable
    assert trace.confidence_bin == confidence
    assert (trace.eh_level, trace.evidence) == (1, ())


def test_expected_bin_is_the_probability_of_being_right() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.random(20_000)
    labels = (rng.random(20_000) < probabilities).astype(int)  # calibrated
    bins = [trace.confidence_bin for trace in build_click_traces({"a": probabilities}, labels, np.zeros(20_000, int))]
    right = np.where(labels == 1, probabilities, 1 - probabilities).mean()
    assert (np.mean(bins) + 0.5) / 10 == pytest.approx(right, abs=0.01)


def test_lengths_must_agree() -> None:
    with pytest.raises(EvidenceError, match="lengths"):
        build_click_traces({"a": np.zeros(2)}, [1], [0])
    assert build_click_traces({}, [1], [0])[0].tools == ()


def test_noise_is_that_of_rankings() -> None:
    noise = EvidenceNoise(missing=0.2, wrong=0.3, seed=4)
    values = np.arange(500) / 500
    shown = noise.apply_to_probabilities({"a": values})["a"]
    ranked = noise.apply({"a": np.arange(500)[:, None]})["a"][:, 0]
    assert np.array_equal(np.isnan(shown), ranked < 0)
    assert np.array_equal(shown[ranked >= 0], values[ranked[ranked >= 0]])
