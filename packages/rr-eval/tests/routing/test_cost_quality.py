"""Curves of routers: by hand, known routers, and the hull against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_eval import (
    CostQualityCurve,
    InvalidArgumentError,
    apgr,
    call_performance_threshold,
    cost_quality_curve,
    performance_gap_recovered,
    regret,
)


def test_by_hand():
    curve = cost_quality_curve(
        [3, 1, 3, 2], weak=[0, 1, 0, 1], strong=[1, 0, 1, 1], weak_cost=1, strong_cost=[2, 3, 4, 5]
    )
    assert curve.share.tolist() == [0, 0.5, 0.75, 1]
    assert curve.quality.tolist() == [0.5, 1, 1, 0.75]
    assert curve.cost.tolist() == [1, 2, 3, 3.5]
    assert curve.hull().tolist() == [0, 1]


def test_routers_that_are_known():
    rng = np.random.default_rng(0)
    weak, strong = rng.random(4000) < 0.4, rng.random(4000) < 0.7
    blind = cost_quality_curve(np.zeros(4000), weak, strong)
    assert apgr(blind) == 0.5
    assert call_performance_threshold(blind, recovered=0.8) == pytest.approx(0.8)
    assert apgr(cost_quality_curve(rng.random(4000), weak, strong)) == pytest.approx(0.5, abs=0.05)
    oracle = cost_quality_curve(strong.astype(float) - weak, weak, strong)
    assert apgr(oracle) > 1  # it recovers more than the gap, where the weak system alone is right
    assert performance_gap_recovered(oracle)[[0, -1]].tolist() == [0, 1]
    assert call_performance_threshold(oracle, recovered=0.5) < 0.5
    assert call_performance_threshold(oracle, recovered=0) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=9))
def test_the_hull_is_what_no_mixture_beats(points):
    cost, quality = (np.array(axis, dtype=float) for axis in zip(*points, strict=True))
    curve = CostQualityCurve(np.linspace(0, 1, len(points)), quality, cost)
    hull = curve.hull()
    on_hull = lambda at: np.interp(at, cost[hull], quality[hull])  # noqa: E731
    assert np.all(np.diff(cost[hull]) > 0)
    assert np.all(np.diff(quality[hull]) > 0)
    inside = cost >= cost[hull[0]]
    assert inside.all()
    assert np.all(quality <= on_hull(cost) + 1e-9)


def test_regret_by_hand():
    assert regret([[0.2, 0.5, 0.1], [1, 0, 0]], [2, 0]).tolist() == [0.4, 0.0]
    assert regret([[0.2, 0.5]], [0], costs=[[0, 3]], price=0.1).tolist() == [0.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: cost_quality_curve([], [], []),
        lambda: cost_quality_curve([1, 2], [0], [1]),
        lambda: cost_quality_curve([np.nan], [0], [1]),
        lambda: apgr(cost_quality_curve([1], [1], [1])),
        lambda: call_performance_threshold(cost_quality_curve([1], [0], [1]), recovered=2),
        lambda: regret([[1, 2]], [2]),
        lambda: regret([1, 2], [0]),
        lambda: regret([[1, 2]], [0], costs=[1]),
        lambda: regret([[1, np.inf]], [0]),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(InvalidArgumentError):
        call()
