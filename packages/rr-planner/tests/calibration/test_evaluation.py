import numpy as np
import pytest

from rr_planner import AlwaysBoth, Bands, Costs, Oracle, OutcomeTable, Route, evaluate
from rr_planner.calibration.evaluation import simulate

COSTS = Costs(tools=0.1, reasoner=1.0, evidence=1.5)
FIXED = {"tools", "reasoner", "both", "random", "oracle"}


def test_fixed_routes_and_bounds_by_hand(outcomes):
    table = OutcomeTable.of(**outcomes())
    found = evaluate(table, {}, costs=COSTS)
    assert set(found) == FIXED
    for name, gain, cost, use in (
        ("tools", table.selected, 0.1, 1.0),
        ("reasoner", table.reasoner, 1.0, 0.0),
        ("both", table.both, 1.6, 1.0),
    ):
        one = found[name]
        assert one.gain.value == pytest.approx(gain.mean())
        assert one.gain.low < one.gain.value < one.gain.high
        assert tuple(one.cost) == pytest.approx((cost, cost, cost))
        assert tuple(one.tool_use) == (use, use, use)
        assert one.shares[name] == 1.0
    oracle = found["oracle"]
    assert oracle.gain.value == pytest.approx(table.routes.max(0).mean())
    assert tuple(oracle.gap_closed) == pytest.approx((1.0, 1.0, 1.0))
    assert found["random"].gap_closed.low < 0 < found["random"].gap_closed.high


def test_the_oracle_takes_the_cheapest_of_equal_routes(outcomes):
    columns = outcomes()
    columns |= {"both_gain": columns["reasoner_gain"]}
    assert evaluate(OutcomeTable.of(**columns), {}, costs=COSTS)["oracle"].shares["both"] == 0.0


def test_a_policy_pays_for_what_it_asks(outcomes):
    table = OutcomeTable.of(**outcomes())
    signals, policy = table.signals, Bands(tool_confidence=0.8, reasoner_confidence=0.4)
    done = simulate(policy, table, COSTS)
    low = signals.evidence_horizon < 0.3
    tools = low & (signals.delegate_confidence >= 0.8)
    both = ~tools & (signals.reasoner_confidence < 0.4)
    assert done.codes.tolist() == np.where(tools, 0, np.where(both, 2, 1)).tolist()
    assert done.cost == pytest.approx(0.1 * (low | both) + 1.0 * ~tools + 1.5 * both)
    assert simulate(AlwaysBoth(), table, COSTS).cost == pytest.approx(1.6)
    named = evaluate(table, {"mine": policy}, costs=COSTS)["mine"]
    assert named.cost.value == pytest.approx(done.cost.mean())
    assert named.shares == {route.value: (done.codes == code).mean() for code, route in enumerate(Route)}


def test_intervals_resample_users_with_all_their_queries(outcomes):
    """Twenty copies of every query of a user say nothing new."""
    columns = outcomes(400)
    rows = np.repeat(np.arange(400), 20)
    copied = {
        name: np.asarray(values)[..., rows]
        for name, values in columns.items()
        if name not in ("features", "tool_names")
    }
    once = evaluate(OutcomeTable.of(**columns), {})["both"].gain
    twenty = evaluate(OutcomeTable.of(**copied), {})["both"].gain
    assert tuple(twenty) == pytest.approx(tuple(once), abs=1e-9)
    apart = evaluate(OutcomeTable.of(**copied | {"users": np.arange(8000)}), {})["both"].gain
    assert apart.high - apart.low < 0.5 * (once.high - once.low)


def test_the_oracle_policy_is_the_oracle(outcomes):
    table = OutcomeTable.of(**outcomes(300))
    oracle = Oracle.from_gains(table.signals.ids, tools=table.selected, reasoner=table.reasoner, both=table.both)
    found = evaluate(table, {"mine": oracle})
    assert found["mine"].gain == found["oracle"].gain
    assert found["mine"].to_dict()["gap_closed"] == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_no_gap_to_close_is_none_in_json(outcomes):
    columns = outcomes(300)
    gain = columns["both_gain"].astype(float)
    columns |= {"reasoner_gain": gain, "tool_gain": [gain, gain]}
    columns["tool_gain"][0] = np.where(np.arange(300) == 0, 1 - gain, gain)
    assert evaluate(OutcomeTable.of(**columns), {})["both"].to_dict()["gap_closed"]["low"] is None
