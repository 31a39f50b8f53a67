"""Reliability and ECE: hand-computed bins, known truths, and indifference to order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_eval import InvalidArgumentError, ece, reliability
from rr_eval.calibration.reliability import wilson_interval


def test_bins_by_hand():
    bins = reliability([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [0, 0, 1, 1, 0, 1], n_bins=3)
    assert bins.confidence == pytest.approx([0.15, 0.45, 0.8])
    assert bins.accuracy == pytest.approx([0, 1, 0.5])
    assert bins.count.tolist() == [2, 2, 2]
    assert ece([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [0, 0, 1, 1, 0, 1], n_bins=3) == pytest.approx((0.15 + 0.55 + 0.3) / 3)


def test_equal_confidences_share_a_bin():
    bins = reliability([0.5] * 7 + [0.9] * 3, [1, 0, 0, 1, 0, 0, 1, 1, 1, 0])
    assert bins.count.tolist() == [7, 3]
    assert bins.accuracy == pytest.approx([3 / 7, 2 / 3])


def test_a_large_tie_goes_to_the_bin_of_its_middle():
    bins = reliability([0.1, 0.5, 0.5, 0.5, 0.5, 0.9], [0, 1, 0, 0, 0, 1], n_bins=3)
    assert bins.count.tolist() == [1, 4, 1]
    assert ece([0.1, 0.5, 0.5, 0.5, 0.5, 0.9], [0, 1, 0, 0, 0, 1], n_bins=3) == pytest.approx(
        (0.1 + 4 * 0.25 + 0.1) / 6
    )


def test_bins_without_ties_have_equal_mass():
    rng = np.random.default_rng(0)
    counts = reliability(rng.random(1000), rng.random(1000) < 0.5).count
    assert len(counts) == 15
    assert counts.max() - counts.min() <= 1


def test_calibrated_confidence_has_little_error_and_overconfidence_much():
    rng = np.random.default_rng(0)
    confidence = rng.random(50_000)
    right = rng.random(50_000) < confidence
    assert ece(confidence, right) < 0.01
    assert ece(np.sqrt(confidence), right) == pytest.approx(np.mean(np.sqrt(confidence) - confidence), abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.booleans()), min_size=1, max_size=40), st.data())
def test_order_does_not_matter_and_nothing_is_lost(answers, data):
    confidence, right = np.array([c for c, _ in answers]), np.array([r for _, r in answers])
    order = np.array(data.draw(st.permutations(range(len(answers)))))
    bins = reliability(confidence, right, n_bins=5)
    assert ece(confidence, right, n_bins=5) == pytest.approx(ece(confidence[order], right[order], n_bins=5))
    assert bins.count.sum() == len(answers)
    assert (bins.count * bins.accuracy).sum() == pytest.approx(right.sum())
    assert (bins.count * bins.confidence).sum() == pytest.approx(confidence.sum())
    assert np.all((bins.low <= bins.accuracy + 1e-12) & (bins.accuracy <= bins.high + 1e-12))


def test_wilson_interval_by_hand():
    low, high = wilson_interval([0.5, 1.0], [10, 10])
    assert low == pytest.approx([0.2366, 0.7225], abs=1e-4)
    assert high == pytest.approx([0.7634, 1.0], abs=1e-4)


@pytest.mark.parametrize(
    ("confidence", "right", "options"),
    [
        ([], [], {}),
        ([0.5], [1, 0], {}),
        ([1.1], [1], {}),
        ([np.nan], [1], {}),
        ([0.5], [2], {}),
        ([0.5], [1], {"n_bins": 0}),
    ],
)
def test_bad_arguments_are_refused(confidence, right, options):
    with pytest.raises(InvalidArgumentError):
        reliability(confidence, right, **options)
