"""Fit what the next step of the cascade is expected to gain, and which tool is most useful, from past outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rr_planner.calibration.boosting import Boosting, Rows, boost, held_out_users
from rr_planner.calibration.bootstrap import Interval, mean_interval
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.policies.expected_benefit import Benefits, ExpectedBenefit
from rr_planner.policies.signal_table import OF_A_TOOL, OF_THE_TEAM, signal_table
from rr_planner.policies.signals import Signals
from rr_planner.selection import MostUseful
from rr_planner.trees import Trees
from rr_planner.types import FloatArray

SMALL = Boosting(rounds=150, leaves=6, learning_rate=0.05, rows_per_leaf=40, patience=15)
FOLDS = 5
_WATCHED = 0.25  # of the users fitted on, to say when to stop


@dataclass(frozen=True, slots=True, eq=False)
class BenefitFit:
    """A policy with what it expected of each query when it had not seen that query's user.

    Attributes:
        policy: fitted on all queries; its prices are 0.
        benefits: of the B queries, each from a policy that was fitted on other users.
    """

    policy: ExpectedBenefit
    benefits: Benefits


@dataclass(frozen=True, slots=True, eq=False)
class SelectionFit:
    """A selection with the figures to expect of it, each query's tool chosen by one fitted on other users.

    Attributes:
        selection: fitted on all queries.
        gain: mean gain of the selected tool.
        random: of a tool drawn at random.
        best_overall: of the one tool that is best on average.
        oracle: of the tool that is best in hindsight.
        gap_closed: share of the way from random to oracle.
    """

    selection: MostUseful
    gain: Interval
    random: float
    best_overall: float
    oracle: float

    @property
    def gap_closed(self) -> float:
        """Share of the way from random to oracle; NaN where there is none."""
        way = self.oracle - self.random
        return (self.gain.value - self.random) / way if way > 0 else float("nan")


def fit_benefits(
    table: OutcomeTable, *, costs: Costs | None = None, options: Boosting = SMALL, seed: int = 0
) -> BenefitFit:
    """Learn what each next step gains.

    Signals are the horizon, every tool's confidence, that of the selected one, the agreement where it is known, the
    team's features and, for asking again, the reasoner's confidence. A gain must not rise with the confidence of the
    answer it replaces.

    Args:
        table: outcomes of queries that no model was trained on.
        costs: of the steps; the reasoner 1 and tools 0 where None.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        MissingExtraError: LightGBM is not installed.
    """
    costs = costs or Costs()
    fold = _folds(table, seed)
    again = np.zeros(len(table))
    early, late = _names(table.signals), (*_names(table.signals), "reasoner_confidence")
    step = table.both - table.reasoner
    for number in range(FOLDS):
        out = fold == number
        trees = _fit(table, late, step, ~out, options, {"reasoner_confidence": -1}, seed)
        again[out] = trees(signal_table(table.signals, late)[out])
    # Going on means the reasoner, and evidence where it is expected to help.
    gained = table.reasoner + np.where(again > 0, step, 0.0)
    falling = {"delegate_confidence": -1}
    targets = {"going_on": gained - table.selected, "consulting": table.both - table.selected}
    expected = {name: np.zeros(len(table)) for name in targets}
    for number in range(FOLDS):
        out = fold == number
        for name, target in targets.items():
            trees = _fit(table, early, target, ~out, options, falling, seed)
            expected[name][out] = trees(signal_table(table.signals, early)[out])
    everything = np.ones(len(table), dtype=np.bool_)
    policy = ExpectedBenefit(
        going_on=_fit(table, early, targets["going_on"], everything, options, falling, seed),
        consulting=_fit(table, early, targets["consulting"], everything, options, falling, seed),
        asking_again=_fit(table, late, step, everything, options, {"reasoner_confidence": -1}, seed),
        costs=costs,
    )
    return BenefitFit(policy, Benefits.expected(table.signals, **expected, asking_again=again))


def fit_selection(table: OutcomeTable, *, options: Boosting = SMALL, seed: int = 0) -> SelectionFit:
    """Learn which tool is most useful in a query.

    Args:
        table: outcomes of queries that no tool was trained on, with the tools' names.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        MissingExtraError: LightGBM is not installed.
    """
    signals, each = table.signals, np.arange(len(table))
    names = _names(signals, selected=False)
    fold = _folds(table, seed)
    expected = np.zeros(table.tools.shape)
    useful: dict[str, Trees] = {}
    for place, tool in enumerate(signals.tool_names):
        rising = {f"{OF_A_TOOL}{tool}": 1}
        for number in range(FOLDS):
            out = fold == number
            trees = _fit(table, names, table.tools[place], ~out, options, rising, seed)
            expected[place, out] = trees(signal_table(signals, names)[out])
        useful[tool] = _fit(table, names, table.tools[place], each >= 0, options, rising, seed)
    return SelectionFit(
        selection=MostUseful(useful),
        gain=mean_interval(table.tools[expected.argmax(0), each], seed=seed),
        random=float(table.tools.mean()),
        best_overall=float(table.tools.mean(1).max()),
        oracle=float(table.tools.max(0).mean()),
    )


def _names(signals: Signals, *, selected: bool = True) -> tuple[str, ...]:
    known = ("agreement",) if not np.isnan(signals.agreement).all() else ()
    own = ("delegate_confidence",) if selected else ()
    tools = (f"{OF_A_TOOL}{name}" for name in signals.tool_names)
    return ("evidence_horizon", *own, *known, *tools, *(f"{OF_THE_TEAM}{name}" for name in signals.features))


def _fit(
    table: OutcomeTable,
    names: tuple[str, ...],
    target: FloatArray,
    rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    options: Boosting,
    monotone: dict[str, int],
    seed: int,
) -> Trees:
    """Boost on some rows, and stop where a quarter of their users say so."""
    everything = signal_table(table.signals, names)
    watched = rows & held_out_users(table.users, _WATCHED, seed + 1)
    fitted_on = rows & ~watched
    parts = [Rows(everything[part], target[part]) for part in (fitted_on, watched)]
    return boost(names, parts[0], options=options, held_out=parts[1], monotone=monotone, seed=seed)[0]


def _folds(table: OutcomeTable, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    names, place = np.unique(table.users, return_inverse=True)
    number = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    return np.asarray(number[place.ravel()])
