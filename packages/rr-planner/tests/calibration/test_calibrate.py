import numpy as np
import pytest

from rr_planner import (
    Bands,
    BestOverall,
    CalibrationError,
    Costs,
    MostConfident,
    OutcomeTable,
    Signals,
    calibrate_bands,
    decide,
)
from rr_planner.calibration.grid import Grid, Outcomes
from rr_planner.policies.policy import BOTH, REASONER, TOOLS

COSTS = Costs(tools=0.1, reasoner=1.0, evidence=1.5)


def table(size=900, seed=0, *, noise=False):
    """Outcomes where tools are right on well-known users, and evidence helps where the reasoner is unsure."""
    generator = np.random.default_rng(seed)
    horizon = generator.random(size)
    tool = np.clip([0.6 - 0.55 * horizon, 0.5 - 0.45 * horizon], 0, 1)
    own = np.clip(0.3 + 0.2 * generator.normal(size=size), 0.01, 0.99)
    if noise:
        tool, own = generator.random((2, size)), generator.random(size)
    draw = generator.random(size)
    chance = np.full(size, 0.3)
    return {
        "evidence_horizon": horizon,
        "tool_confidence": tool,
        "tool_gain": generator.random((2, size)) < (chance if noise else tool),
        "reasoner_confidence": own,
        "reasoner_gain": draw < (chance if noise else own),
        "both_gain": generator.random(size) < chance if noise else draw < np.maximum(own, 0.35),
    }


def outcomes(columns):
    best = columns["tool_confidence"].argmax(0)
    each = np.arange(len(best))
    return Outcomes(
        columns["evidence_horizon"],
        columns["tool_confidence"][best, each],
        columns["reasoner_confidence"],
        columns["tool_gain"][best, each] * 1.0,
        columns["reasoner_gain"] * 1.0,
        columns["both_gain"] * 1.0,
    )


def test_the_horizons_may_be_the_papers():
    found = calibrate_bands(**table(300), horizons=(0.3, 0.7), min_share=0.1).policy
    assert found.low_horizon in (0.3, 0.7, 1.0)
    assert found.high_horizon in (0.3, 0.7, 1.0)


def test_a_horizon_outside_its_range_is_refused():
    with pytest.raises(CalibrationError, match="horizons"):
        calibrate_bands(**table(300), horizons=(0.3, 7))


def test_every_figure_of_the_grid_is_what_the_policy_does():
    columns = table(200)
    known = outcomes(columns)
    grid = Grid(known, COSTS)
    size = 200
    for cell in np.random.default_rng(1).choice(len(grid.gain), 150, replace=False).tolist():
        policy = grid.policy(cell)
        signals = Signals(
            np.arange(size),
            known.horizon,
            ("t",),
            known.tool_confidence[None],
            np.zeros(size, dtype=int),
            np.ones(size),
            known.reasoner_confidence,
        )
        codes = decide(policy, signals)
        asked = policy.may_delegate(signals) | (codes == BOTH)
        cost = 0.1 * asked + 1.0 * (codes != TOOLS) + 1.5 * (codes == BOTH)
        gain = np.choose(codes, [known.tools, known.reasoner, known.both])
        assert grid.gain[cell] == pytest.approx(gain.mean())
        assert grid.cost[cell] == pytest.approx(cost.mean())
        for route, code in zip(grid.shares, (TOOLS, REASONER, BOTH), strict=True):
            assert grid.shares[route][cell] == pytest.approx((codes == code).mean())


def test_finds_what_is_there():
    result = calibrate_bands(**table())
    baselines = result.baselines
    assert result.gain > max(baselines["tools"], baselines["reasoner"]) + 0.02
    assert baselines["random"] < result.gain <= result.best_gain <= baselines["oracle"]
    assert result.expected.gain.value > max(baselines["tools"], baselines["reasoner"])
    assert result.expected.gain.low < result.expected.gain.value < result.expected.gain.high
    assert 0 < result.expected.gap_closed.value < 1
    assert sum(result.shares.values()) == pytest.approx(1)
    assert result.data == OutcomeTable.of(**table()).describe()
    assert result.data["queries"] == result.expected.n == 900


def test_noise_gets_few_rules():
    # Nothing tells the queries apart: the maximum over the grid is luck, and the simplest policy is as good.
    for seed in range(3):
        columns = table(seed=seed, noise=True)
        greedy, careful = calibrate_bands(**columns, slack=0), calibrate_bands(**columns, slack=2)
        assert greedy.gain == pytest.approx(greedy.best_gain)
        assert careful.gain < greedy.gain
        rules = [_rules(result.policy) for result in (careful, greedy)]
        assert rules[0] < rules[1]


def _rules(policy: Bands) -> int:
    inner = {level for level in policy.reasoner_confidence if 0 < level < 1}
    return (policy.low_horizon > 0) + (policy.tool_confidence > 0) + len(inner)


def test_never_below_a_single_route():
    for seed in range(4):
        result = calibrate_bands(**table(150, seed=seed), slack=5)
        assert result.gain >= result.baselines["reasoner"] - 1e-12
        columns = table(150, seed=seed)
        columns["tool_gain"] |= np.random.default_rng(seed).random((2, 150)) < 0.5  # the tools are the best route
        strong = calibrate_bands(**columns, slack=50)
        assert strong.baselines["tools"] > strong.baselines["reasoner"]
        assert strong.gain >= strong.baselines["tools"] - 1e-12


def test_budget_and_shares_are_kept():
    columns = table()
    free = calibrate_bands(**columns, costs=COSTS)
    tight = calibrate_bands(**columns, costs=COSTS, budget=0.6)
    assert tight.cost <= 0.6 < free.cost
    assert tight.gain <= free.best_gain
    shared = calibrate_bands(**columns, min_share=0.2)
    assert min(shared.shares.values()) >= 0.2
    with pytest.raises(CalibrationError, match="the cheapest policy costs"):
        calibrate_bands(**columns, costs=COSTS, budget=0.01)


def test_queries_of_one_user_are_held_out_together():
    """Every query of a user is the same one: figures on other users are those of fewer queries, not of memory."""
    columns = table(120, noise=True)
    copied = {name: np.asarray(values)[..., np.repeat(np.arange(120), 10)] for name, values in columns.items()}
    apart = calibrate_bands(**copied, slack=0)
    together = calibrate_bands(**copied, users=np.repeat(np.arange(120), 10), slack=0)
    assert together.policy == apart.policy
    assert together.expected.gain.value < apart.expected.gain.value


def test_deterministic():
    assert calibrate_bands(**table()) == calibrate_bands(**table())


def test_the_selection_is_the_planners():
    columns = table()
    # The second tool is always right, which only a selection by name can know.
    columns["tool_gain"] = np.stack([np.arange(900) % 2 == 0, np.ones(900, dtype=bool)])
    columns["tool_gain"][1, 0] = False
    best = calibrate_bands(**columns, selection=BestOverall("b"), tool_names=("a", "b"))
    sure = calibrate_bands(**columns, selection=MostConfident())
    assert best.baselines["tools"] == pytest.approx(899 / 900)
    assert sure.baselines["tools"] == pytest.approx(0.5)


def test_tools_without_confidence():
    columns = table()
    columns["tool_confidence"] = np.full((2, 900), np.nan)
    assert calibrate_bands(**columns).policy.tool_confidence == 0.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reasoner_gain": np.ones(900)}, "reasoner_gain: received 1 for every query"),
        ({"both_gain": np.zeros(900)}, "both_gain: received 0 for every query"),
        ({"tool_gain": np.zeros((2, 900))}, "tool_gain: received 0"),
        ({"tool_gain": np.zeros((0, 900)), "tool_confidence": np.zeros((0, 900))}, "0 tools"),
        ({"tool_gain": np.zeros(900)}, "tool_confidence"),
        ({"evidence_horizon": np.full(900, 2.0)}, "evidence_horizon"),
        ({"evidence_horizon": 0.5}, "evidence_horizon"),
        ({"reasoner_confidence": np.full(900, np.nan)}, "reasoner_confidence"),
        ({"reasoner_gain": np.full(900, np.inf)}, "reasoner_gain"),
        ({"both_gain": np.full(900, "x")}, "both_gain"),
        ({"min_share": 0.5}, "min_share"),
        ({"slack": -1}, "slack"),
        ({"tool_names": ("a",)}, "1 names"),
    ],
)
def test_useless_outcomes_are_refused(change, words):
    with pytest.raises(CalibrationError, match=words):
        calibrate_bands(**(table() | change))


def test_tiny_data_and_equal_routes_are_refused():
    with pytest.raises(CalibrationError, match="99 queries; expected at least 100"):
        calibrate_bands(**table(99))
    columns = table()
    same = columns["reasoner_gain"]
    with pytest.raises(CalibrationError, match="the same gains on all routes"):
        calibrate_bands(**(columns | {"both_gain": same, "tool_gain": np.stack([same, same])}))


@pytest.mark.parametrize("costs", [{"tools": -1}, {"reasoner": float("nan")}, {"evidence": float("inf")}])
def test_costs(costs):
    with pytest.raises(CalibrationError, match="costs"):
        Costs(**costs)


def test_the_file_figures_are_json():
    result = calibrate_bands(**table(100))
    assert set(result.to_dict()) == {
        "gain",
        "standard_error",
        "expected",
        "ranges",
        "cost",
        "shares",
        "best_gain",
        "baselines",
        "data",
        "budget",
    }
