"""Every band policy on a grid of thresholds, scored at once.

Given the thresholds on the horizon and on the tools' confidence, queries fall into four groups: delegated, and left to
the reasoner at low, medium or high horizon. Gains and costs add up over the groups, so each group is scored once for
each threshold and the grid of all combinations is a sum of small tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_planner.costs import Costs
from rr_planner.policies.bands import Bands
from rr_planner.policies.policy import BOTH, TOOLS, decide
from rr_planner.policies.signals import Signals
from rr_planner.types import EMPTY, FloatArray, Route

BoolArray = NDArray[np.bool_]
_DECILES = np.arange(1, 10) / 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """[B] columns of validation queries; `tool_confidence` and `tools` are those of the selected tool."""

    horizon: FloatArray
    tool_confidence: FloatArray
    reasoner_confidence: FloatArray
    tools: FloatArray
    reasoner: FloatArray
    both: FloatArray

    def under(self, policy: Bands) -> FloatArray:
        """Return [B] the gain of each query under a policy, decided as the planner decides."""
        size = len(self.horizon)
        signals = Signals(
            ids=np.arange(size),
            evidence_horizon=self.horizon,
            tool_names=("selected",),
            tool_confidence=self.tool_confidence[None],
            delegate=np.zeros(size, dtype=np.int64),
            agreement=np.ones(size),
            reasoner_confidence=self.reasoner_confidence,
            features=EMPTY,
        )
        codes = decide(policy, signals)
        return np.where(codes == TOOLS, self.tools, np.where(codes == BOTH, self.both, self.reasoner))


class Grid:
    """All policies with thresholds on the grid; one flat array over them for each figure.

    Attributes:
        gain: [N] mean gain.
        cost: [N] mean cost.
        shares: [N] share of queries by route.
        rules: [N] number of rules, see `rr_planner.calibration.calibrate`.
        single_routes: places of the policies that always take the reasoner alone, and always (but for users of horizon
            1) the tools.
    """

    def __init__(self, outcomes: Outcomes, costs: Costs, horizons: Sequence[float] | None = None) -> None:
        """Score every policy."""
        self.outcomes = outcomes
        self._horizons = _levels(outcomes.horizon) if horizons is None else np.unique([0.0, 1.0, *horizons])
        self._tool = _levels(outcomes.tool_confidence)
        self._own = _levels(outcomes.reasoner_confidence)
        self._axes = np.stack([axis.ravel() for axis in self._combinations()])
        low, high, sure, first, second, third = self._axes
        delegated, low_rest = self._delegated()
        in_medium, in_high = self._by_horizon()
        # [levels of the group, thresholds]: sums over the group's queries.
        unsure = (outcomes.reasoner_confidence < self._own[:, None]).astype(np.float64)
        escalated = {"low": low_rest @ unsure.T, "medium": in_medium @ unsure.T, "high": in_high @ unsure.T}
        extra = unsure * (outcomes.both - outcomes.reasoner)
        benefit = {"low": low_rest @ extra.T, "medium": in_medium @ extra.T, "high": in_high @ extra.T}
        alone = low_rest @ outcomes.reasoner
        size = len(outcomes.horizon)

        def both(table: dict[str, FloatArray]) -> FloatArray:
            summed = table["low"][low, sure, first] + table["medium"][low, high, second] + table["high"][high, third]
            return np.asarray(summed / size)

        above = (outcomes.horizon >= self._horizons[:, None]).astype(np.float64)
        settled = delegated @ outcomes.tools + alone
        own = settled[low, sure] + (above @ outcomes.reasoner)[low]
        share = delegated.sum(2)[low, sure] / size
        asked_early = 1.0 - above.mean(1)[low]
        asked_late = (escalated["medium"][low, high, second] + escalated["high"][high, third]) / size
        consulted = both(escalated)
        self.gain = own / size + both(benefit)
        self.cost = (
            costs.tools * (asked_early + asked_late) + costs.reasoner * (1.0 - share) + costs.evidence * consulted
        )
        self.shares = {Route.TOOLS: share, Route.REASONER: 1.0 - share - consulted, Route.BOTH: consulted}
        self.rules: NDArray[np.int64] = self._rules()
        last = len(self._horizons) - 1
        alike = (first == 0) & (second == 0) & (third == 0) & (sure == 0)
        self.single_routes = tuple(int(np.flatnonzero(alike & (low == place))[0]) for place in (0, last))

    def policy(self, cell: int) -> Bands:
        """Return the policy at a place of the grid."""
        low, high, sure, *levels = (int(axis[cell]) for axis in self._axes)
        same = levels[1] == levels[2]
        # Where the two upper levels share a threshold the horizon between them has no effect: the paper's, if it fits.
        upper = max(0.7, float(self._horizons[low])) if same else float(self._horizons[high])
        return Bands(
            low_horizon=float(self._horizons[low]),
            high_horizon=upper,
            tool_confidence=float(self._tool[sure]),
            reasoner_confidence=[float(self._own[level]) for level in levels],
        )

    def outcomes_of(self, cell: int) -> FloatArray:
        """Return [B] the gain of each query under the policy at a place of the grid."""
        return self.outcomes.under(self.policy(cell))

    def _combinations(self) -> list[NDArray[np.intp]]:
        """Indices of low and high horizon, tool confidence, and the three levels: the paper's shapes, each once."""
        horizons, tool, own = len(self._horizons), len(self._tool), len(self._own)
        axes = np.indices((horizons, horizons, tool, own, own, own), dtype=np.int8)
        low, high, sure, first, second, third = axes
        kept = (low <= high) & (first <= second) & (second <= third)
        kept &= (low > 0) | ((first == second) & (sure == 0))  # nobody is at low horizon
        kept &= (second < third) | (high == low)  # the upper horizon changes nothing
        kept &= (second == third) | (high < horizons - 1)  # nobody is at high horizon
        return [axis[kept].astype(np.intp) for axis in axes]

    def _delegated(self) -> tuple[FloatArray, FloatArray]:
        """[low, sure, B] who is delegated, and who is not in spite of a low horizon."""
        below = self.outcomes.horizon < self._horizons[:, None]
        sure = self.outcomes.tool_confidence >= self._tool[:, None]
        delegated = below[:, None] & sure
        return delegated.astype(np.float64), (below[:, None] & ~sure).astype(np.float64)

    def _by_horizon(self) -> tuple[FloatArray, FloatArray]:
        """[low, high, B] who is at medium horizon and [high, B] who is at high horizon."""
        horizon = self.outcomes.horizon
        from_low, above = horizon >= self._horizons[:, None], horizon > self._horizons[:, None]
        return (from_low[:, None] & ~above).astype(np.float64), above.astype(np.float64)

    def _rules(self) -> NDArray[np.int64]:
        low, _, sure, first, second, third = self._axes
        top = len(self._own) - 1
        rules: NDArray[np.int64] = (low > 0).astype(np.int64) + (sure > 0)
        inner = [(level > 0) & (level < top) for level in (first, second, third)]
        rules += inner[0].astype(np.int64) + (inner[1] & (second != first)) + (inner[2] & (third != second))
        return np.asarray(rules + (first != second) + (second != third))


def _levels(values: FloatArray) -> FloatArray:
    return np.asarray(np.unique(np.concatenate([[0.0, 1.0], np.quantile(values, _DECILES)])))
