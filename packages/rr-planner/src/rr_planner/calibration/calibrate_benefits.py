"""Set the prices of a learned policy for a rate of tool use, a largest risk, or a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from rr_planner.calibration.boosting import Boosting
from rr_planner.calibration.conformal import control_risk
from rr_planner.calibration.cross_fit import SMALL
from rr_planner.calibration.drift import Ranges
from rr_planner.calibration.evaluation import PolicyFigures, Simulated, evaluate, figures, spent
from rr_planner.calibration.fit_benefits import BenefitFit, fit_benefits
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.errors import CalibrationError
from rr_planner.policies.expected_benefit import Benefits, ExpectedBenefit, Prices
from rr_planner.policies.policy import REASONER
from rr_planner.types import FloatArray

_STEPS = 60  # of a bisection, and prices tried


@dataclass(frozen=True, slots=True)
class Target:
    """What to calibrate for: nothing, or one of three.

    Args:
        tool_use: share of queries, in [0, 1], whose answer tools take part in.
        risk: in (0, 1), the largest mean loss against always asking the reasoner with evidence (a query's loss is what
            that would have gained more, at most 1), kept with probability 1 - `delta`.
        budget: largest mean cost a query.
        delta: probability with which the risk may be exceeded.

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


@dataclass(frozen=True, slots=True, eq=False)
class BenefitCalibration:
    """A learned policy with the figures to expect of it, each query judged by a policy fitted on other users.

    Attributes:
        policy: fitted on all queries.
        expected: its figures.
        baselines: the figures of the fixed routes, of random routing and of the oracle.
        target: what it was calibrated for.
        ranges: where horizon, confidence and tool use were: see `rr_planner.calibration.drift`.
    """

    policy: ExpectedBenefit
    expected: PolicyFigures
    baselines: Mapping[str, PolicyFigures]
    target: Target
    ranges: Ranges

    def to_dict(self) -> dict[str, Any]:
        """Return all but the policy as JSON values."""
        return {
            "n": self.expected.n,
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
        price: gain that a unit of cost must bring, where the target does not say otherwise.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        CalibrationError: the target is out of reach; the message says what is within.
        InvalidPolicyError: the price is below 0 or not finite.
        MissingExtraError: LightGBM is not installed.
    """
    costs, target = costs or Costs(), target or Target()
    fit = fit_benefits(table, costs=costs, options=options, seed=seed)
    simulated = simulate_benefits(fit.benefits, costs, _prices(fit.benefits, table, costs, target, price))
    prices = _prices(final_benefits(fit, table, target), table, costs, target, price)
    baselines = evaluate(table, {}, costs=costs, seed=seed)
    return BenefitCalibration(
        policy=replace(fit.policy, prices=prices),
        expected=figures(table, simulated, seed=seed),
        baselines=baselines,
        target=target,
        ranges=Ranges.of(table.signals, simulated.codes),
    )


def final_benefits(fit: BenefitFit, table: OutcomeTable, target: Target) -> Benefits:
    """Return the benefits to set the final policy's prices by.

    How often tools are used and what is spent hang on what the final policy expects, not on what came of it; so its own
    expectations are taken. A risk is what comes of it: there only those count that had not seen the outcome.
    """
    return fit.benefits if target.risk is not None else Benefits.of(fit.policy, table.signals)


def simulate_benefits(benefits: Benefits, costs: Costs, prices: Prices) -> Simulated:
    """Send every query where its benefits say."""
    codes, pending = benefits.routes(costs, prices)
    return Simulated(codes, spent(codes, pending, np.ones(len(codes), dtype=np.bool_), costs))


def _prices(benefits: Benefits, table: OutcomeTable, costs: Costs, target: Target, price: float) -> Prices:
    if target.tool_use is not None:
        return _for_tool_use(benefits, costs, target.tool_use, price)
    if target.budget is None and target.risk is None:
        return Prices(price)
    tried = [Prices(value) for value in _ladder(benefits, costs)]
    found = [simulate_benefits(benefits, costs, prices) for prices in tried]
    if target.budget is not None:
        within = [place for place, one in enumerate(found) if one.cost.mean() <= target.budget + 1e-12]
        if not within:
            least = min(float(one.cost.mean()) for one in found)
            raise CalibrationError("target.budget", f"{target.budget}", f"at least {least:.4g}, the tools alone")
        return tried[within[0]]
    assert target.risk is not None
    each = np.arange(len(table))
    losses = [np.clip(table.both - table.routes[one.codes, each], 0.0, 1.0) for one in found]
    chosen = control_risk(np.stack(losses), alpha=target.risk, delta=target.delta)
    if chosen is None:
        received = f"{target.risk} with delta {target.delta} on {len(table)} queries"
        more = f"more: at a price of 0 the mean loss is {losses[0].mean():.4f}"
        raise CalibrationError("target.risk", received, more)
    return tried[chosen]


def _ladder(benefits: Benefits, costs: Costs) -> FloatArray:
    """Prices from 0 to where no step but the tools is worth its cost."""
    unit = max(min(costs.reasoner, costs.evidence), 1e-12)
    gains = np.concatenate([benefits.going_on, benefits.consulting, benefits.asking_again])
    top = max(0.0, float(gains.max())) / unit
    inner = np.quantile(np.clip(gains, 0.0, None), np.linspace(0.0, 1.0, _STEPS)) / unit
    return np.asarray(np.unique(np.concatenate([[0.0], inner, [1.001 * top + 1e-9]])))


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
