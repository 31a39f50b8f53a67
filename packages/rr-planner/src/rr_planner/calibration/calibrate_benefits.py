"""Set the prices of a learned policy for a rate of tool use, a largest risk, or a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from rr_planner.calibration.boosting import Boosting, held_out_users
from rr_planner.calibration.conformal import control_risk
from rr_planner.calibration.cross_fit import SMALL
from rr_planner.calibration.drift import Ranges
from rr_planner.calibration.evaluation import PolicyFigures, Simulated, evaluate, figures, spent
from rr_planner.calibration.fit_benefits import fit_benefits
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.errors import CalibrationError
from rr_planner.policies.expected_benefit import Benefits, ExpectedBenefit, Prices
from rr_planner.policies.policy import REASONER

_STEPS = 60  # of a bisection, and prices tried
_FREE = 1e-12  # a cost below which a step costs nothing
_CONTROLLED = 0.5  # of the users, whose outcomes say what the risk is


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What to calibrate for: nothing, or one of three.

    Args:
        tool_use: share of queries, in [0, 1], whose answer tools take part in.
        risk: in (0, 1), the largest mean loss against always asking the reasoner with evidence, kept with probability
            1 - `delta`. A query's loss is what that would have gained more, at least 0 and at most 1.
        budget: largest mean cost a query.
        delta: in (0, 1), the probability with which the risk may be exceeded.

    Raises:
        CalibrationError: more than one, or one out of range.
    """

    tool_use: float | None = None
    risk: float | None = None
    budget: float | None = None
    delta: float = 0.05

    def __post_init__(self) -> None:
        """Check that it is one, in range."""
        if sum(value is not None for value in (self.tool_use, self.risk, self.budget)) > 1:
            raise CalibrationError("target", f"{self}", "one of tool_use, risk and budget")
        if self.tool_use is not None and not 0 <= self.tool_use <= 1:
            raise CalibrationError("target.tool_use", f"{self.tool_use}", "a share in [0, 1]")
        if self.budget is not None and not self.budget >= 0:
            raise CalibrationError("target.budget", f"{self.budget}", "a cost of at least 0")
        for name, value in (("risk", self.risk), ("delta", self.delta)):
            if value is not None and not 0 < value < 1:
                raise CalibrationError(f"target.{name}", f"{value}", "a number in (0, 1)")


@dataclass(frozen=True, slots=True, eq=False)
class BenefitCalibration:
    """A learned policy with the figures to expect of it, measured on users that it had not seen.

    Attributes:
        policy: fitted on all queries; for a risk on half of the users, the other half tells the risk.
        expected: its figures. For a risk those of the other half, else each query is sent where a policy fitted on
            other users, and priced alike, sends it.
        baselines: the figures of the fixed routes, of random routing and of the oracle.
        target: what it was calibrated for.
        ranges: where horizon, confidence and tool use were: see `rr_planner.calibration.drift`.
        data: of all queries, see `OutcomeTable.describe`.
    """

    policy: ExpectedBenefit
    expected: PolicyFigures
    baselines: Mapping[str, PolicyFigures]
    target: Target
    ranges: Ranges
    data: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return all but the policy as JSON values."""
        return {
            "data": dict(self.data),
            "target": asdict(self.target),
            "expected": self.expected.to_dict(),
            "baselines": {name: one.to_dict() for name, one in self.baselines.items()},
            "ranges": self.ranges.to_dict(),
        }


def calibrate_benefits(
    table: OutcomeTable,
    *,
    costs: Costs | None = None,
    target: Target | None = None,
    price: float = 0.0,
    options: Boosting = SMALL,
    seed: int = 0,
) -> BenefitCalibration:
    """Learn the benefit of each step and set its price.

    Args:
        table: outcomes of queries that no model was trained on.
        costs: of the steps; the reasoner 1 and tools 0 where None.
        target: what to calibrate for; the largest gain at `price` where None.
        price: gain that a unit of cost must bring; a risk or a budget sets it, and it stays 0 here.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        CalibrationError: the target is out of reach (the message says what is within), there are too few queries, or a
            price was given beside a risk or a budget.
        InvalidPolicyError: the price is below 0 or not finite.
        MissingExtraError: LightGBM is not installed.
    """
    costs, target = costs or Costs(), target or Target()
    if price and (target.risk is not None or target.budget is not None):
        raise CalibrationError("price", f"{price} beside {target}", "0: a risk or a budget sets the price")
    if target.risk is not None:
        held = held_out_users(table.users, _CONTROLLED, seed)
        measured = table.take(held)
        fitted = fit_benefits(table.take(~held), costs=costs, options=options, seed=seed).policy
        prices = price_for_risk(fitted, measured, risk=target.risk, delta=target.delta)
        simulated = simulate_benefits(Benefits.of(fitted, measured.signals), costs, prices)
    else:
        measured = table
        fit = fit_benefits(table, costs=costs, options=options, seed=seed)
        fitted, unseen = fit.policy, fit.benefits
        prices = _prices(Benefits.of(fitted, table.signals), costs, target, price)
        simulated = simulate_benefits(unseen, costs, _prices(unseen, costs, target, price))
    policy = replace(fitted, prices=prices)
    return BenefitCalibration(
        policy=policy,
        expected=figures(measured, simulated, seed=seed),
        baselines=evaluate(measured, {}, costs=costs, seed=seed),
        target=target,
        ranges=Ranges.of(policy, table.signals),
        data=table.describe(),
    )


def price_for_risk(policy: ExpectedBenefit, table: OutcomeTable, *, risk: float, delta: float = 0.05) -> Prices:
    """Return the highest prices of a policy at which its risk is surely small enough; see `Target`.

    Args:
        policy: fitted on other users, or the risk may be larger.
        table: outcomes.
        risk: the largest mean loss.
        delta: the probability with which it may be exceeded.

    Raises:
        CalibrationError: the risk is out of reach; the message says what is within.
    """
    benefits, each = Benefits.of(policy, table.signals), np.arange(len(table))
    tried = [Prices(value) for value in _ladder(benefits, policy.costs)]
    gained = (table.routes[benefits.routes(policy.costs, prices)[0], each] for prices in tried)
    losses = np.stack([np.clip(table.both - one, 0.0, 1.0) for one in gained])
    chosen = control_risk(losses, alpha=risk, delta=delta)
    if chosen is None:
        received = f"{risk} with delta {delta} on {len(table)} queries"
        raise CalibrationError(
            "target.risk", received, f"more: at a price of 0 the mean loss is {losses[0].mean():.4f}"
        )
    return tried[chosen]


def simulate_benefits(benefits: Benefits, costs: Costs, prices: Prices) -> Simulated:
    """Send every query where its benefits say; all tools are asked first."""
    codes, pending = benefits.routes(costs, prices)
    return Simulated(codes, spent(codes, pending, np.ones(len(codes), dtype=np.bool_), costs))


def _prices(benefits: Benefits, costs: Costs, target: Target, price: float) -> Prices:
    if target.tool_use is not None:
        return _for_tool_use(benefits, costs, target.tool_use, price)
    if target.budget is not None:
        return _for_budget(benefits, costs, target.budget)
    return Prices(price)


def _for_budget(benefits: Benefits, costs: Costs, budget: float) -> Prices:
    """The lowest price at which the mean cost is within the budget."""

    def cost(price: float) -> float:
        return float(simulate_benefits(benefits, costs, Prices(price)).cost.mean())

    least, low = np.inf, 0.0
    for high in _ladder(benefits, costs):
        least = min(least, cost(high))
        if least <= budget + 1e-12:
            break
        low = high
    else:
        raise CalibrationError("target.budget", f"{budget}", f"at least {least:.4g}, the tools alone")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) > budget + 1e-12 else (low, middle)
    return Prices(high)


def _for_tool_use(benefits: Benefits, costs: Costs, wanted: float, price: float) -> Prices:
    """The dearer answers with tools in them are, the fewer there are."""

    def use(tools: float) -> float:
        return float((simulate_benefits(benefits, costs, Prices(price, tools)).codes != REASONER).mean())

    dearest = price * max(costs.reasoner, costs.evidence)
    high = 10.0 * (1.0 + max(float(np.abs(benefits.going_on).max()), dearest))
    low = -high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if use(middle) > wanted else (low, middle)
    return Prices(price, min((low, high), key=lambda tools: abs(use(tools) - wanted)))


def _ladder(benefits: Benefits, costs: Costs) -> list[float]:
    """Prices from 0 to where no step but the tools is worth its cost, close where many queries change their route."""
    steps = (
        (benefits.going_on, costs.reasoner),
        (benefits.consulting, costs.evidence),
        (benefits.asking_again, costs.evidence),
        (benefits.consulting - benefits.going_on, costs.evidence - costs.reasoner),
    )
    turns = [np.clip(gain, 0.0, None) / max(cost, _FREE) for gain, cost in steps]
    inner = np.quantile(turns, np.linspace(0.0, 1.0, _STEPS), axis=1)
    return [float(price) for price in np.unique([0.0, *inner.ravel(), 1.001 * float(inner.max()) + 1e-9])]
