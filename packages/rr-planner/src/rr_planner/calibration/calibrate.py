"""Choose the thresholds of `Bands` from past outcomes.

The objective, exactly. Every validation query i has a gain t_i if the selected tool answers, r_i if the reasoner
answers alone and b_i if it answers with evidence. A policy p gives it one of the three; G(p) is the mean over queries.
Its cost C(p) is the mean of what the cascade runs: the tools where the horizon is low or the risk high, the reasoner
wherever no tool answered, and the reasoner once more, with evidence, at high risk.

1. Grid. Each threshold runs over 0, 1 and the deciles of its column, or, on the horizon, values that were given.
   low_horizon <= high_horizon, and the thresholds on the reasoner's confidence do not decrease from low to high
   horizon: the shape the paper describes, and nothing else.
2. Feasible are the policies with C(p) <= budget and at least `min_share` of the queries on each route.
3. Best is the feasible policy with the largest G.
4. A maximum over many thousand policies on some hundred queries is mostly luck. So policies are sorted by how many
   rules they have: one for delegating at all, one for asking for the tools' confidence, one for each distinct threshold
   on the reasoner's confidence strictly between 0 and 1, one for each horizon at which that threshold changes. From the
   fewest rules up, the policy with the largest G (then the smallest C) of each class is compared with the best one; the
   first whose gain is lower by at most `slack` standard errors of the paired difference is taken, provided it does not
   lose against the tools alone or the reasoner alone, where these are feasible.
5. The expected figures come of steps 1 to 4 on four fifths of the users, five times, and the queries of the rest:
   unlike G of the chosen policy they were not looked at while choosing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.calibration.drift import Ranges
from rr_planner.calibration.evaluation import PolicyFigures, Simulated, figures, simulate
from rr_planner.calibration.grid import Grid, Outcomes
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.errors import CalibrationError
from rr_planner.policies.bands import Bands
from rr_planner.selection import Selection
from rr_planner.types import Route

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class BandsCalibration:
    """Thresholds with the figures to expect of them.

    Attributes:
        policy: the bands.
        gain: mean gain on the calibration data; rosy, because the policy was chosen on them.
        standard_error: of `gain`.
        expected: figures of the whole procedure on users that it did not see; None where a fold was refused.
        cost: mean cost a query, on the calibration data.
        shares: share of queries by route, on the calibration data.
        best_gain: the largest gain in the grid.
        baselines: gain of `tools`, `reasoner` and `both` for every query, of `random` (the mean of the three) and of
            the `oracle` that knows each query's best route.
        budget: the largest cost allowed, or None.
        ranges: where horizon, confidence and tool use were: see `rr_planner.calibration.drift`.
        data: see `OutcomeTable.describe`.
    """

    policy: Bands
    gain: float
    standard_error: float
    expected: PolicyFigures | None
    cost: float
    shares: dict[str, float]
    best_gain: float
    baselines: dict[str, float]
    budget: float | None
    ranges: Ranges
    data: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return all but the policy as JSON values."""
        names = ("data", "budget", "gain", "standard_error", "cost", "shares", "best_gain", "baselines")
        return {
            **{name: getattr(self, name) for name in names},
            "expected": None if self.expected is None else self.expected.to_dict(),
            "ranges": self.ranges.to_dict(),
        }


def calibrate_bands(
    *,
    evidence_horizon: ArrayLike,
    tool_confidence: ArrayLike,
    tool_gain: ArrayLike,
    reasoner_confidence: ArrayLike,
    reasoner_gain: ArrayLike,
    both_gain: ArrayLike,
    costs: Costs | None = None,
    budget: float | None = None,
    min_share: float = 0.0,
    slack: float = 1.0,
    horizons: Sequence[float] | None = None,
    selection: Selection | None = None,
    tool_names: Sequence[str] | None = None,
    users: ArrayLike | None = None,
    seed: int = 0,
) -> BandsCalibration:
    """Choose the bands with the largest expected gain that the data can vouch for; the module states the objective.

    Args:
        evidence_horizon: [B] in [0, 1], of validation queries that no model was trained on.
        tool_confidence: [T, B] calibrated; NaN where a tool has none.
        tool_gain: [T, B] what each tool's answer was worth, such as a hit (0 or 1) or NDCG.
        reasoner_confidence: [B] calibrated, of the reasoner alone.
        reasoner_gain: [B] worth of its answer alone.
        both_gain: [B] worth of its answer with the tools' as evidence.
        costs: of the steps, in any one unit; the reasoner 1 and tools 0 where None.
        budget: largest mean cost a query in that unit.
        min_share: in [0, 1/3]; each route gets at least that share of the queries.
        slack: at least 0, in standard errors; 0 takes the maximum as it is.
        horizons: what the thresholds on the horizon may be besides 0 and 1, such as the paper's (0.3, 0.7); by default
            the deciles of `evidence_horizon`.
        selection: which tool answers a delegated query, the planner's own; the most confident by default.
        tool_names: T names, needed by a selection that picks by name.
        users: [B] ids; each query a user of its own where None.
        seed: of the folds and resamples.

    Raises:
        CalibrationError: fewer than 100 queries, columns that do not fit, gains that are the same for all queries and
            routes, or no policy within the budget and shares.
    """
    if not all(0 <= value <= 1 for value in horizons or ()):
        raise CalibrationError("horizons", f"{list(horizons or ())}", "numbers in [0, 1]")
    if not 0 <= min_share <= 1 / 3 or not slack >= 0:
        raise CalibrationError(
            "min_share", f"{min_share} with slack {slack}", "min_share in [0, 1/3], slack at least 0"
        )
    table = OutcomeTable.of(
        evidence_horizon=evidence_horizon,
        tool_confidence=tool_confidence,
        tool_gain=tool_gain,
        reasoner_confidence=reasoner_confidence,
        reasoner_gain=reasoner_gain,
        both_gain=both_gain,
        tool_names=tool_names,
        users=users,
        selection=selection,
    )
    if np.isnan(table.signals.reasoner_confidence).any():
        raise CalibrationError("reasoner_confidence", "nan", "a number in [0, 1] for every query")
    outcomes = _outcomes(table)
    search = _Search(costs or Costs(), budget, min_share, slack, horizons)
    grid, cell, best = search.run(outcomes)
    gain = grid.outcomes_of(cell)
    return BandsCalibration(
        policy=grid.policy(cell),
        gain=float(gain.mean()),
        standard_error=float(gain.std(ddof=1) / np.sqrt(len(table))),
        expected=_expected(search, table, seed),
        cost=float(grid.cost[cell]),
        shares={route.value: round(float(grid.shares[route][cell]), 12) for route in Route},
        best_gain=float(grid.gain[best]),
        baselines=_baselines(table),
        budget=budget,
        ranges=Ranges.of(grid.policy(cell), table.signals),
        data=table.describe(),
    )


@dataclass(frozen=True, slots=True)
class _Search:
    costs: Costs
    budget: float | None
    min_share: float
    slack: float
    horizons: Sequence[float] | None

    def run(self, outcomes: Outcomes) -> tuple[Grid, int, int]:
        """Return the grid, the chosen policy's place in it and that of the policy with the largest gain."""
        grid = Grid(outcomes, self.costs, self.horizons)
        feasible = np.ones(len(grid.gain), dtype=np.bool_)
        if self.budget is not None:
            feasible &= grid.cost <= self.budget + 1e-12
        for share in grid.shares.values():
            feasible &= share >= self.min_share - 1e-12
        if not feasible.any():
            least = f"the cheapest policy costs {grid.cost.min():.4g} a query"
            raise CalibrationError("budget", f"{self.budget} with min_share {self.min_share}", f"more: {least}")
        best = _first(grid, feasible)
        floor = max((grid.gain[cell] for cell in grid.single_routes if feasible[cell]), default=-np.inf)
        for rules in np.unique(grid.rules[feasible]).tolist():
            cell = _first(grid, feasible & (grid.rules == rules))
            if grid.gain[cell] >= floor - 1e-12 and self._close(grid, cell, best):
                return grid, cell, best
        return grid, best, best

    def _close(self, grid: Grid, cell: int, best: int) -> bool:
        loss = grid.outcomes_of(best) - grid.outcomes_of(cell)
        error = loss.std(ddof=1) / np.sqrt(len(loss))
        return bool(loss.mean() <= self.slack * error + 1e-12)


def _first(grid: Grid, allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """The cheapest of the allowed policies with the largest gain."""
    cells = np.flatnonzero(allowed)
    top = cells[grid.gain[cells] >= grid.gain[cells].max() - 1e-12]
    return int(top[np.argmin(grid.cost[top])])


def _outcomes(table: OutcomeTable) -> Outcomes:
    return Outcomes(
        horizon=table.signals.evidence_horizon,
        tool_confidence=table.signals.delegate_confidence,
        reasoner_confidence=table.signals.reasoner_confidence,
        tools=table.selected,
        reasoner=table.reasoner,
        both=table.both,
    )


def _expected(search: _Search, table: OutcomeTable, seed: int) -> PolicyFigures | None:
    fold = table.folds(_FOLDS, seed)
    codes, cost = np.empty(len(table), dtype=np.int8), np.empty(len(table))
    for number in range(_FOLDS):
        out = fold == number
        try:
            grid, cell, _ = search.run(_outcomes(table.take(~out)))
        except CalibrationError:
            return None
        done = simulate(grid.policy(cell), table.take(out), search.costs)
        codes[out], cost[out] = done.codes, done.cost
    return figures(table, Simulated(codes, cost), seed=seed)


def _baselines(table: OutcomeTable) -> dict[str, float]:
    means = dict(zip((route.value for route in Route), table.routes.mean(1).tolist(), strict=True))
    return means | {"random": float(table.routes.mean()), "oracle": float(table.routes.max(0).mean())}
