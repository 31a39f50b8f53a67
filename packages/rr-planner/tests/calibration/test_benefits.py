"""Learned benefits on outcomes whose best route is known, and the policy's file, words and limits."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rr_planner import (
    Bands,
    CalibrationError,
    Costs,
    ExpectedBenefit,
    InvalidPolicyError,
    OutcomeTable,
    Prices,
    Signals,
    Target,
    calibrate_benefits,
    decide,
    evaluate,
    load_policy,
    save_policy,
)
from rr_planner.calibration.calibrate_benefits import price_for_risk
from rr_planner.calibration.drift import Ranges
from rr_planner.calibration.fit_benefits import fit_benefits
from rr_planner.policies.file import load_calibration
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS

pytest.importorskip("lightgbm")

COSTS = Costs(tools=0.01, reasoner=1.0, evidence=1.3)


@pytest.fixture(scope="module")
def calibrated(outcomes, quick):
    return calibrate_benefits(OutcomeTable.of(**outcomes()), costs=COSTS, options=quick)


def test_better_than_fixed_routes_and_bands_on_fresh_queries(calibrated, outcomes):
    found = evaluate(OutcomeTable.of(**outcomes(seed=1)), {"learned": calibrated.policy, "bands": Bands()}, costs=COSTS)
    learned = found["learned"].gain.value
    assert learned > max(found[name].gain.value for name in ("tools", "reasoner", "both", "random", "bands"))
    assert found["oracle"].gap_closed.value == pytest.approx(1.0)
    assert abs(found["random"].gap_closed.value) < 0.1
    assert abs(learned - calibrated.expected.gain.value) < 0.04
    assert set(calibrated.baselines) == {"tools", "reasoner", "both", "random", "oracle"}


@pytest.mark.parametrize("wanted", [0.2, 0.5, 0.8])
def test_tool_use_within_two_points_on_fresh_queries(wanted, outcomes, quick):
    result = calibrate_benefits(
        OutcomeTable.of(**outcomes(4000)), costs=COSTS, options=quick, target=Target(tool_use=wanted)
    )
    assert result.expected.tool_use.value == pytest.approx(wanted, abs=0.005)
    fresh = evaluate(OutcomeTable.of(**outcomes(4000, seed=2)), {"it": result.policy}, costs=COSTS)["it"]
    assert fresh.tool_use.value == pytest.approx(wanted, abs=0.02)


def test_a_budget_is_kept_and_a_larger_one_gains(outcomes, quick):
    table = OutcomeTable.of(**outcomes())
    low, high = (
        calibrate_benefits(table, costs=COSTS, options=quick, target=Target(budget=budget)) for budget in (0.3, 0.9)
    )
    assert low.expected.cost.value <= 0.3
    assert high.expected.cost.value <= 0.9
    assert low.expected.gain.value < high.expected.gain.value
    with pytest.raises(CalibrationError, match=r"at least 0\.01"):
        calibrate_benefits(table, costs=COSTS, options=quick, target=Target(budget=0.001))


@pytest.mark.parametrize("budget", [0.2, 0.5, 0.8])
def test_a_budget_is_used_up_where_evidence_costs_much_more(budget, outcomes, quick):
    costs = Costs(tools=0.01, reasoner=0.05, evidence=2.0)
    result = calibrate_benefits(OutcomeTable.of(**outcomes()), costs=costs, options=quick, target=Target(budget=budget))
    assert result.expected.cost.value == pytest.approx(budget, abs=0.01)
    assert result.expected.cost.value <= budget


def losses(table, policy):
    return np.clip(table.both - table.routes[decide(policy, table.signals), np.arange(len(table))], 0, 1)


@pytest.mark.slow
def test_a_risk_is_kept_in_95_percent_of_resplits(outcomes, quick):
    population = OutcomeTable.of(**outcomes(20_000, seed=3))
    policy = fit_benefits(OutcomeTable.of(**outcomes()), costs=COSTS, options=quick).policy
    generator, risks = np.random.default_rng(0), {}
    violated = 0
    for _ in range(120):
        rows = generator.choice(len(population), 1500, replace=False)
        prices = price_for_risk(policy, population.take(rows), risk=0.28)
        if prices not in risks:
            risks[prices] = losses(population, replace(policy, prices=prices)).mean()
        violated += risks[prices] > 0.28
    assert violated <= 6
    assert np.median(list(risks.values())) > 0.24  # and it is not shy


def test_a_risk_for_which_half_of_the_users_answer(outcomes, quick):
    target = Target(risk=0.30)
    result = calibrate_benefits(OutcomeTable.of(**outcomes()), costs=COSTS, options=quick, target=target)
    assert result.policy.prices.cost > 0
    assert result.expected.n == 1000
    assert losses(OutcomeTable.of(**outcomes(4000, seed=3)), result.policy).mean() <= 0.30
    with pytest.raises(CalibrationError, match="the mean loss is"):
        calibrate_benefits(OutcomeTable.of(**outcomes()), costs=COSTS, options=quick, target=Target(risk=0.001))


def test_a_price_beside_what_sets_it(outcomes):
    with pytest.raises(CalibrationError, match="sets the price"):
        calibrate_benefits(OutcomeTable.of(**outcomes()), target=Target(budget=1.0), price=0.1)


def test_a_higher_price_costs_less(calibrated, outcomes, quick):
    fit = fit_benefits(OutcomeTable.of(**outcomes()), costs=COSTS, options=quick)
    costs = []
    for price in (0.0, 0.1, 0.2, 0.5, 5.0):
        codes, pending = fit.benefits.routes(COSTS, Prices(price))
        costs.append(float((pending * 1.0 + (codes == BOTH) * 1.3).mean()))
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == 0.0


def test_batch_like_one_by_one_permuted_and_replayed(calibrated, outcomes):
    signals, policy = OutcomeTable.of(**outcomes(300, seed=4)).signals, calibrated.policy
    codes = decide(policy, signals)
    order = np.random.default_rng(0).permutation(300)
    assert decide(policy, signals.take(order)).tolist() == codes[order].tolist()
    assert [int(decide(policy, signals.take([row]))[0]) for row in range(300)] == codes.tolist()
    assert decide(policy, signals.take([])).tolist() == []


def test_words(calibrated, outcomes):
    signals, policy = OutcomeTable.of(**outcomes(300, seed=4)).signals, calibrated.policy
    codes = decide(policy, signals)
    said = {code: policy.reason(signals, int(np.flatnonzero(codes == code)[0]), code) for code in np.unique(codes)}
    assert said[TOOLS].startswith("low risk: over good's answer the reasoner is expected to gain ")
    assert said[REASONER].startswith("medium risk: ")
    assert "no more than" in said[REASONER]
    assert said[BOTH].startswith("high risk: ")
    assert policy.reason(signals, 0, PENDING).endswith("the reasoner's confidence decides next")


def test_unknown_signals_are_answered(calibrated):
    nan = float("nan")
    nothing = Signals(
        ids=np.array(["x"]),
        evidence_horizon=np.array([1.0]),
        tool_names=("stranger",),
        tool_confidence=np.array([[nan]]),
        delegate=np.array([-1]),
        agreement=np.array([nan]),
        reasoner_confidence=np.array([nan]),
        features={"age": np.array([nan])},
    )
    assert calibrated.policy.triage(nothing)[0] != TOOLS
    assert calibrated.policy.escalate(nothing)[0] == BOTH
    assert "no tool answered" in calibrated.policy.reason(nothing, 0, PENDING)


def test_file_and_ranges(calibrated, tmp_path, outcomes):
    path = tmp_path / "policy.json"
    save_policy(calibrated.policy, path, calibration=calibrated.to_dict())
    again = load_policy(path)
    assert isinstance(again, ExpectedBenefit)
    assert again.hash == calibrated.policy.hash
    table = OutcomeTable.of(**outcomes(300, seed=5))
    assert decide(again, table.signals).tolist() == decide(calibrated.policy, table.signals).tolist()
    figures = load_calibration(path)
    assert figures["data"] == OutcomeTable.of(**outcomes()).describe()
    assert (figures["data"]["queries"], figures["data"]["users"]) == (2000, 1000)
    assert Ranges.from_dict(figures["ranges"]) == calibrated.ranges
    content = json.loads(path.read_text())
    for change, words in (
        ({"pricess": {}}, r"prices \(did you mean"),
        ({"prices": {"cost": -1.0, "tools": 0.0}}, "at least 0"),
        ({"prices": {"cots": 1.0}}, r"prices\.cots"),
        ({"costs": {"tools": "x"}}, r"costs\.tools: received 'x'"),
    ):
        path.write_text(json.dumps(content | {"settings": content["settings"] | change}))
        with pytest.raises(InvalidPolicyError, match=words):
            load_policy(path)


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ({"tool_use": 0.5, "risk": 0.1}, "target"),
        ({"tool_use": 1.5}, "tool_use"),
        ({"budget": float("nan")}, "budget"),
        ({"risk": 1.0}, "risk"),
        ({"risk": 0.1, "delta": 0.0}, "delta"),
    ],
)
def test_bad_targets(target, field):
    with pytest.raises(CalibrationError, match=field):
        Target(**target)
