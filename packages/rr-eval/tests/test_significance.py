"""Bootstrap against exact enumeration, normal theory and SciPy."""

import itertools
import math

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


def test_randomization_equals_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for size in (8, 40, 100):
        a, b = rng.normal(0.2, 1, size), rng.normal(0, 1, size)
        found = paired_difference(a, b, seed=0, n_resamples=40_000, test="randomization")
        expected = stats.permutation_test(
            (a, b), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples", n_resamples=40_000,
            vectorized=True, random_state=1,
        )  # fmt: skip
        assert found.p_value == pytest.approx(expected.pvalue, abs=0.015)  # four deviations of two drawn p-values
        assert found.effect == pytest.approx(stats.ttest_rel(a, b).statistic / np.sqrt(size))


def test_the_interval_equals_scipys_bootstrap():
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(0).exponential(size=150)
    found = bootstrap_interval(values, seed=0, n_resamples=20_000)
    expected = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=20_000, random_state=1)
    low, high = expected.confidence_interval
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize("test", ["bootstrap", "randomization"])
def test_many_distinct_values_are_grouped_without_harm(test):
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.02, 1, 20_000), rng.normal(0, 1, 20_000)
    found = paired_difference(a, b, seed=0, test=test)
    error = (a - b).std() / np.sqrt(20_000)
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.1)
    z = found.mean / error
    assert found.p_value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=0.03)
    same = paired_difference(a, a, seed=0, test=test)
    assert (same.mean, same.p_value, same.effect) == (0.0, 1.0, None)


def test_a_metric_that_is_no_mean_is_compared():
    from rr_eval.ctr.auc import auc_statistics

    rng = np.random.default_rng(0)
    labels = rng.random(800) < 0.4
    good, bad = rng.normal(2.0 * labels, 1), rng.normal(0.5 * labels, 1)
    for test in ("bootstrap", "randomization"):
        found = paired_difference(auc_statistics(labels, good), auc_statistics(labels, bad), seed=0, test=test)
        assert found.p_value < 0.01
        assert (found.effect, found.wins) == (None, None)
        null = [
            paired_difference(
                auc_statistics(labels, rng.normal(labels, 1)), auc_statistics(labels, rng.normal(labels, 1)), seed=0,
                test=test, n_resamples=300,
            ).p_value
            for _ in range(20)
        ]  # fmt: skip
        assert np.mean(np.array(null) < 0.1) < 0.3
    with pytest.raises(InvalidArgumentError, match="one of bootstrap, randomization"):
        paired_difference([1.0], [0.0], seed=0, test="t")


def test_wins_and_losses():
    found = paired_difference([1, 1, 0, 1, 0.5], [0, 1, 1, 0, 0.25], seed=0)
    assert (found.wins, found.losses) == (3, 1)
