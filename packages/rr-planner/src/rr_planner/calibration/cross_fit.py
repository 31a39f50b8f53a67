"""Boosted trees over signals, with what they expect of queries whose users they have not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rr_planner.calibration.boosting import Boosting, Rows, boost, held_out_users
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.errors import CalibrationError
from rr_planner.policies.signal_table import OF_A_TOOL, OF_THE_TEAM, signal_table
from rr_planner.policies.signals import Signals
from rr_planner.trees import Trees
from rr_planner.types import FloatArray

# Stumps: benefits are additive in the signals. bench/leaves.py says what that loses and what it saves.
SMALL = Boosting(rounds=150, leaves=2, learning_rate=0.1, rows_per_leaf=40, patience=15)
FOLDS = 5
_WATCHED = 0.25  # of the users fitted on, to say when to stop


def cross_fit(
    table: OutcomeTable,
    names: Sequence[str],
    target: FloatArray,
    *,
    options: Boosting = SMALL,
    monotone: Mapping[str, int] | None = None,
    seed: int = 0,
) -> tuple[Trees, FloatArray]:
    """Fit a target [B] on signals.

    Args:
        table: the queries.
        names: of the signals, see `rr_planner.policies.signal_table`.
        target: [B] what to expect.
        options: of the boosting.
        monotone: by signal 1 where the expectation must not fall with it, -1 where it must not rise.
        seed: of the folds and draws.

    Returns:
        Trees fitted on all queries, and [B] what trees expect of each query that were fitted on other users.

    Raises:
        CalibrationError: too few queries of other users for two leaves.
        MissingExtraError: LightGBM is not installed.
    """
    signals = signal_table(table.signals, names)
    watched = held_out_users(table.users, _WATCHED, seed + 1)

    def fit(rows: NDArray[np.bool_]) -> Trees:
        parts = [Rows(signals[part], target[part]) for part in (rows & ~watched, rows & watched)]
        least = 2 * options.rows_per_leaf
        if len(parts[0].target) < least or len(parts[1].target) == 0:
            received = f"{len(table)} queries of {len(np.unique(table.users))} users"
            allowed = f"more: {least} to fit on, and others to say when to stop, are left in no fold of {FOLDS}"
            raise CalibrationError("outcomes", received, allowed)
        return boost(names, parts[0], options=options, held_out=parts[1], monotone=monotone, seed=seed)[0]

    fold = table.folds(FOLDS, seed)
    expected = np.empty(len(table))
    for number in range(FOLDS):
        out = fold == number
        expected[out] = fit(~out)(signals[out])
    return fit(np.ones(len(table), dtype=np.bool_)), expected


def known_before_selection(signals: Signals) -> tuple[str, ...]:
    """Return the names of the signals that are known when a tool is selected."""
    tools = (f"{OF_A_TOOL}{name}" for name in signals.tool_names)
    return ("evidence_horizon", *tools, *(f"{OF_THE_TEAM}{name}" for name in signals.features))


def known_before_reasoner(signals: Signals) -> tuple[str, ...]:
    """Return the names of the signals that are known once the tools have answered."""
    agreement = () if np.isnan(signals.agreement).all() else ("agreement",)
    return (*known_before_selection(signals), "delegate_confidence", *agreement)
