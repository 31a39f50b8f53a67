"""Bins of equal width, the Brier decomposition and risk at coverage: torchmetrics, relplot, known identities."""

import itertools

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, aurc, brier_decomposition, ece, excess_aurc, reliability, risk_coverage


def cases(n):
    rng = np.random.default_rng(0)
    for _ in range(n):
        size = int(rng.integers(1, 60))
        confidence = rng.random(size) if rng.random() < 0.5 else rng.integers(0, 11, size) / 10
        yield confidence, rng.random(size) < confidence**2


def test_equal_width_by_hand():
    bins = reliability([0.05, 0.2, 0.25, 1.0], [0, 1, 0, 1], n_bins=5, binning="width")
    assert bins.count.tolist() == [2, 1, 1]  # 0.2 belongs to the bin that ends there
    assert bins.accuracy.tolist() == [0.5, 0, 1]
    assert ece([0.05, 0.2, 0.25, 1.0], [0, 1, 0, 1], n_bins=5, binning="width") == pytest.approx((0.75 + 0.25) / 4)
    with pytest.raises(InvalidArgumentError, match="one of mass, width"):
        ece([0.5], [1], binning="equal")


def test_ece_of_equal_width_equals_relplot():
    metrics = pytest.importorskip("relplot.metrics")
    for confidence, right in cases(1000):
        expected = metrics.binnedECE(confidence, right.astype(float), nbins=15)
        assert ece(confidence, right, n_bins=15, binning="width") == pytest.approx(expected, abs=1e-9)


def test_ece_of_equal_width_equals_torchmetrics():
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchmetrics.functional.classification")
    for confidence, right in cases(100):
        inside = np.clip(confidence, 0.003, 0.997)  # torchmetrics opens its bins on the right
        expected = functional.binary_calibration_error(torch.tensor(inside), torch.tensor(right).int(), n_bins=13)
        assert ece(inside, right, n_bins=13, binning="width") == pytest.approx(expected.item(), abs=1e-6)


def test_the_brier_decomposition_adds_up():
    for confidence, right in cases(200):
        for binning in ("mass", "width"):
            parts = brier_decomposition(confidence, right, n_bins=5, binning=binning)
            total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
            assert parts.brier == pytest.approx(np.mean((confidence - right) ** 2))
            assert total == pytest.approx(parts.brier)
    assert brier_decomposition([0.1, 0.1, 0.9], [0, 1, 1], n_bins=99).within == pytest.approx(0, abs=1e-15)


def test_risk_is_the_mean_over_orders_of_ties():
    confidence, right = np.array([0.9, 0.5, 0.5, 0.5]), np.array([1, 0, 1, 1])
    orders = [[right[0], *(right[list(order)])] for order in itertools.permutations((1, 2, 3))]
    risks = [np.cumsum(1 - np.array(order)) / np.arange(1, 5) for order in orders]
    assert risk_coverage(confidence, right).risk == pytest.approx(np.mean(risks, axis=0))
    assert risk_coverage(confidence, right).coverage.tolist() == [0.25, 0.5, 0.75, 1]


def test_excess_is_zero_for_the_best_order_alone():
    for confidence, right in cases(200):
        assert excess_aurc(right.astype(float), right) == 0
        assert excess_aurc(confidence, right) >= -1e-12
        assert aurc(np.full(len(right), 0.3), right) == pytest.approx(1 - right.mean())
