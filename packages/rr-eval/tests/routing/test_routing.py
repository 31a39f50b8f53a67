"""What a router did."""

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, InvalidPredictionsError, gap_closed, mean_cost, risk_mix, tool_use_rate


def test_tool_use_rate():
    assert tool_use_rate([0, 1, 4, 0, 0]) == 0.4
    assert np.isnan(tool_use_rate([]))
    with pytest.raises(InvalidArgumentError):
        tool_use_rate([1, -1])
    with pytest.raises(InvalidArgumentError):
        tool_use_rate([np.nan])


@pytest.mark.parametrize(("value", "closed"), [(0.1, 0.0), (0.3, 1.0), (0.2, 0.5), (0.05, -0.25), (0.4, 1.5)])
def test_gap_closed(value, closed):
    assert gap_closed(value, random=0.1, oracle=0.3) == pytest.approx(closed)


@pytest.mark.parametrize(("value", "random", "oracle"), [(0.2, 0.3, 0.3), (0.2, 0.3, 0.1), (np.nan, 0.1, 0.3)])
def test_no_gap_is_refused(value, random, oracle):
    with pytest.raises(InvalidArgumentError, match="oracle above random"):
        gap_closed(value, random=random, oracle=oracle)


def test_mean_cost_leaves_out_what_is_unknown(make_predictions):
    table = make_predictions(
        [["a"]] * 3, ["a"] * 3, latency_ms=[1, None, 3], flops=[None] * 3, tools_used=[["x"], [], None]
    )
    cost = mean_cost(table)
    assert (cost.latency_ms, cost.flops, cost.tool_use_rate) == (2.0, None, 0.5)


def test_risk_mix_by_hand(make_predictions):
    table = make_predictions(
        [["t"], ["a"], ["t"], ["a"], ["t"]],
        ["t"] * 5,
        route=["both", "tools", "tools", "tools", None],
        latency_ms=[9, 1, 2, 3, 5],
        tools_used=[["x", "y"], ["x"], ["x"], ["x"], []],
    )
    low, high = risk_mix(table, system="tool", seed=0, metric="HR@1")
    assert (low.route, low.risk, low.n, low.share, low.cost.latency_ms) == ("tools", "low", 3, 0.75, 2.0)
    assert low.quality.mean == pytest.approx(1 / 3)
    assert (high.route, high.risk, high.n, high.quality.mean, high.cost.tool_use_rate) == ("both", "high", 1, 1.0, 1.0)


def test_a_system_without_routes_is_refused(routed):
    with pytest.raises(InvalidPredictionsError, match="only nulls for system 'weak tool'"):
        risk_mix(routed, system="weak tool", seed=0)
