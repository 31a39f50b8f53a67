"""Fit what the next step of the cascade is expected to gain, from past outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rr_planner.calibration.boosting import Boosting
from rr_planner.calibration.cross_fit import SMALL, cross_fit, known_before_reasoner
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.costs import Costs
from rr_planner.policies.expected_benefit import Benefits, ExpectedBenefit


@dataclass(frozen=True, slots=True, eq=False)
class BenefitFit:
    """A policy with what it expected of each query when it had not seen that query's user.

    Attributes:
        policy: fitted on all queries; its prices are 0.
        benefits: of the B queries, each from a policy that was fitted on other users.
    """

    policy: ExpectedBenefit
    benefits: Benefits


def fit_benefits(
    table: OutcomeTable, *, costs: Costs | None = None, options: Boosting = SMALL, seed: int = 0
) -> BenefitFit:
    """Learn what each next step gains.

    Signals are the horizon, every tool's confidence, that of the selected one, the agreement where it is known, the
    team's features and, for asking again, the reasoner's confidence. A gain must not rise with the confidence of the
    answer it replaces. What going on gains counts the answer with evidence where asking again is expected to help.

    Args:
        table: outcomes of queries that no model was trained on.
        costs: of the steps; the reasoner 1 and tools 0 where None.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        CalibrationError: too few queries to learn from.
        MissingExtraError: LightGBM is not installed.
    """
    early = known_before_reasoner(table.signals)
    step = table.both - table.reasoner
    own, rival = {"reasoner_confidence": -1}, {"delegate_confidence": -1}
    asking_again, again = cross_fit(
        table, (*early, "reasoner_confidence"), step, options=options, monotone=own, seed=seed
    )
    gained = table.reasoner + np.where(again > 0, step, 0.0) - table.selected
    going_on, further = cross_fit(table, early, gained, options=options, monotone=rival, seed=seed)
    consulting, informed = cross_fit(
        table, early, table.both - table.selected, options=options, monotone=rival, seed=seed
    )
    policy = ExpectedBenefit(
        going_on=going_on, consulting=consulting, asking_again=asking_again, costs=costs or Costs()
    )
    return BenefitFit(
        policy, Benefits.expected(table.signals, going_on=further, consulting=informed, asking_again=again)
    )
