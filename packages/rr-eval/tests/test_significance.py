"""Bootstrap against exact enumeration, normal theory and SciPy."""

import itertools

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, bootstrap_interval, paired_difference


def exact_means(values: list[float]) -> np.ndarray:
    """The means of all N^N resamples."""
    return np.array([np.mean(draw) for draw in itertools.product(values, repeat=len(values))])


@pytest.mark.parametrize("values", [[0.0, 0.0, 1.0, 1.0, 1.0], [0.1, 0.5, 0.5, 2.0, 3.0]])
def test_interval_equals_exact_enumeration(values):
    interval = bootstrap_interval(values, seed=1, n_resamples=40_000, level=0.8)
    exact = np.quantile(exact_means(values), [0.1, 0.9])
    assert interval.mean == pytest.approx(np.mean(values))
    assert [interval.low, interval.high] == pytest.approx(exact, abs=0.05)


def test_p_value_equals_exact_enumeration():
    differences = [1.0, -0.5, 1.0, 0.5, 1.0, -1.0]
    means = exact_means(differences)
    mean = np.mean(differences)
    exact = np.mean(np.abs(means - mean) >= mean - 1e-9)
    found = paired_difference(differences, [0.0] * 6, seed=3, n_resamples=40_000)
    assert 0.05 < exact == pytest.approx(found.p_value, abs=0.01)


@pytest.mark.parametrize(("n", "least"), [(1, 1.0), (2, 0.5), (5, 0.0625), (8, 2 / 2**8)])
def test_a_handful_of_queries_proves_little(n, least):
    a, b = [0.5] * n + [0.2] * 3, [0.1] * n + [0.2] * 3
    assert paired_difference(a, b, seed=0).p_value == pytest.approx(least, rel=0.2)


def test_interval_agrees_with_normal_theory_and_scipy():
    values = np.random.default_rng(0).normal(2.0, 1.0, 4000)
    interval = bootstrap_interval(values, seed=0, n_resamples=4000)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert [interval.low, interval.high] == pytest.approx([values.mean() - half, values.mean() + half], abs=0.004)
    stats = pytest.importorskip("scipy.stats")
    other = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=2000, rng=0).confidence_interval
    assert [interval.low, interval.high] == pytest.approx([other.low, other.high], abs=0.005)


def test_equal_systems_are_not_different_and_unequal_ones_are():
    rng = np.random.default_rng(0)
    a = (rng.random(500) < 0.3).astype(float)
    assert paired_difference(a, a, seed=0).p_value == 1.0
    better = np.maximum(a, rng.random(500) < 0.1)
    found = paired_difference(better, a, seed=0)
    assert found.p_value == pytest.approx(1 / 2001)
    assert 0 < found.low < found.mean < found.high
    mirrored = paired_difference(a, better, seed=0)
    assert mirrored.mean == -found.mean


def test_false_alarms_are_as_rare_as_alpha_says():
    rng = np.random.default_rng(5)
    p_values = [
        paired_difference(*(rng.random((2, 200)) < 0.2).astype(float), seed=seed, n_resamples=400).p_value
        for seed in range(300)
    ]
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.035)


def test_seeds_decide_and_order_does_not():
    values = np.random.default_rng(0).random(60)
    assert bootstrap_interval(values, seed=4) == bootstrap_interval(values, seed=4)
    assert bootstrap_interval(values, seed=4) != bootstrap_interval(values, seed=5)
    shuffled, kept = bootstrap_interval(values[::-1], seed=4), bootstrap_interval(values, seed=4)
    assert (shuffled.low, shuffled.high) == (kept.low, kept.high)


def test_one_value_has_no_width():
    interval = bootstrap_interval([0.5], seed=0)
    assert (interval.mean, interval.low, interval.high, interval.n) == (0.5, 0.5, 0.5, 1)


@pytest.mark.parametrize(
    ("values", "options"),
    [([], {}), ([[1.0]], {}), ([np.nan], {}), ([1.0], {"level": 1.0}), ([1.0], {"n_resamples": 0})],
)
def test_bad_arguments_are_refused(values, options):
    with pytest.raises(InvalidArgumentError):
        bootstrap_interval(values, seed=0, **options)


def test_unequal_lengths_are_refused():
    with pytest.raises(InvalidArgumentError, match="b: received 1 values; expected 2"):
        paired_difference([1.0, 2.0], [1.0], seed=0)
