"""What policies would have gained, cost and asked of the tools, from a table of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.calibration.bootstrap import Interval, resampled_means
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.errors import CalibrationError
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS, BoolArray, Codes, Policy
from rr_planner.types import FloatArray, Route


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """The figures of a policy with their 95 % bootstrap intervals over users, each with all their queries.

    Attributes:
        gain: mean gain a query.
        gap_closed: share of the way from random to oracle routing; random draws each route with the same probability,
            the oracle knows each query's best route.
        tool_use: share of queries whose answer tools took part in (routes TOOLS and BOTH).
        cost: mean cost a query.
        shares: share of queries by route.
        n: number of queries.
    """

    gain: Interval
    gap_closed: Interval
    tool_use: Interval
    cost: Interval
    shares: Mapping[str, float]
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; an interval is its value, low and high end, None where it is unknown."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        intervals = {name: value for name, value in values.items() if isinstance(value, Interval)}
        plain = {
            name: {end: None if np.isnan(number) else number for end, number in value._asdict().items()}
            for name, value in intervals.items()
        }
        return {**plain, "shares": dict(self.shares), "n": self.n}


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Where a policy would have sent B queries, and what that would have cost: `codes` [B], `cost` [B]."""

    codes: Codes
    cost: FloatArray


def simulate(policy: Policy, table: OutcomeTable, costs: Costs) -> Simulated:
    """Send past queries where a policy would have sent them; every model is assumed to answer."""
    first = policy.triage(table.signals)
    pending = first == PENDING
    codes = np.where(pending, policy.escalate(table.signals), first).astype(np.int8)
    asked = policy.may_delegate(table.signals) | (codes == BOTH) | (codes == TOOLS)
    return Simulated(codes, spent(codes, pending, asked, costs))


def spent(codes: Codes, pending: BoolArray, asked: BoolArray, costs: Costs) -> FloatArray:
    """Return [B] the cost of the steps: tools where `asked`, the reasoner alone where it ran, evidence where BOTH."""
    alone = pending | (codes == REASONER)
    return np.asarray(costs.tools * asked + costs.reasoner * alone + costs.evidence * (codes == BOTH))


def figures(table: OutcomeTable, simulated: Simulated, *, seed: int = 0) -> PolicyFigures:
    """Measure one simulation."""
    codes = simulated.codes
    gains = table.routes
    chosen = gains[codes, np.arange(len(table))]
    columns = np.stack([chosen, gains.mean(0), gains.max(0), codes != REASONER, simulated.cost])
    means, drawn = columns.mean(1), _resampled(columns, table.users, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = (means[0] - means[1]) / (means[2] - means[1])
        gaps = (drawn[:, 0] - drawn[:, 1]) / (drawn[:, 2] - drawn[:, 1])
    return PolicyFigures(
        gain=_interval(means[0], drawn[:, 0]),
        gap_closed=_interval(gap, gaps),
        tool_use=_interval(means[3], drawn[:, 3]),
        cost=_interval(means[4], drawn[:, 4]),
        shares={route.value: float((codes == code).mean()) for code, route in enumerate(Route)},
        n=len(table),
    )


def evaluate(
    table: OutcomeTable, policies: Mapping[str, Policy], *, costs: Costs | None = None, seed: int = 0
) -> dict[str, PolicyFigures]:
    """Measure policies on outcomes that they were not calibrated on, beside the fixed ones and the bounds.

    Args:
        table: the outcomes.
        policies: by name, other names than those below.
        costs: of the steps; the reasoner 1 and tools 0 where None.
        seed: of the resamples and of random routing.

    Returns:
        By name the figures; `tools`, `reasoner` and `both` send every query there, `random` draws a route a query, and
        `oracle` knows each query's best route, of equal ones the cheapest.

    Raises:
        CalibrationError: a policy has one of these names.
    """
    costs = costs or Costs()
    size, draw = len(table), np.random.default_rng(seed)
    fixed = {route.value: np.full(size, code, dtype=np.int8) for code, route in enumerate(Route)}
    fixed |= {"random": draw.integers(3, size=size, dtype=np.int8), "oracle": _best_routes(table, costs)}
    if taken := [name for name in policies if name in fixed]:
        raise CalibrationError("policies", repr(taken[0]), f"another name: {', '.join(fixed)} are what they say")
    none = np.zeros(size, dtype=np.bool_)
    found = {name: simulate(policy, table, costs) for name, policy in policies.items()}
    found |= {name: Simulated(codes, spent(codes, none, codes != REASONER, costs)) for name, codes in fixed.items()}
    return {name: figures(table, one, seed=seed) for name, one in found.items()}


def _best_routes(table: OutcomeTable, costs: Costs) -> Codes:
    order = np.argsort([costs.tools, costs.reasoner, costs.tools + costs.evidence], kind="stable")
    return np.asarray(order[np.argmax(table.routes[order], axis=0)], dtype=np.int8)


def _resampled(columns: FloatArray, users: NDArray[Any], seed: int) -> FloatArray:
    """Return [draws, C] the means of columns [C, B] over resamples of the users."""
    _, place = np.unique(users, return_inverse=True)
    sums = np.stack([np.bincount(place.ravel(), weights=one) for one in (*columns, np.ones(len(users)))])
    drawn = resampled_means(sums.astype(np.float64), seed=seed)
    return np.asarray(drawn[:, :-1] / drawn[:, -1:])


def _interval(value: float, drawn: FloatArray) -> Interval:
    low, high = np.quantile(drawn, (0.025, 0.975)) if np.isfinite(drawn).all() else (np.nan, np.nan)
    return Interval(float(value), float(low), float(high))
