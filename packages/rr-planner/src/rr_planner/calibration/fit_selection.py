"""Fit which tool is most useful in a query, from past outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rr_planner.calibration.boosting import Boosting
from rr_planner.calibration.bootstrap import Interval, mean_interval
from rr_planner.calibration.cross_fit import SMALL, cross_fit, known_before_selection
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.most_useful import MostUseful
from rr_planner.policies.signal_table import OF_A_TOOL
from rr_planner.trees import Trees


@dataclass(frozen=True, slots=True, eq=False)
class SelectionFit:
    """A selection with the figures to expect of it, each query's tool chosen by one fitted on other users.

    Attributes:
        selection: fitted on all queries.
        gain: mean gain of the selected tool, with its 95 % bootstrap interval over queries.
        random: mean gain of a tool drawn at random.
        best_overall: of the one tool that is best on average.
        oracle: of the tool that is best in hindsight.
        data: see `OutcomeTable.describe`.
    """

    selection: MostUseful
    gain: Interval
    random: float
    best_overall: float
    oracle: float
    data: Mapping[str, Any]

    @property
    def gap_closed(self) -> float:
        """Share of the way from random to oracle; NaN where there is none."""
        way = self.oracle - self.random
        return (self.gain.value - self.random) / way if way > 0 else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return all but the selection as JSON values, for `MostUseful.save`."""
        bounds = {name: getattr(self, name) for name in ("random", "best_overall", "oracle")}
        return {"data": dict(self.data), "gain": self.gain._asdict(), **bounds}


def fit_selection(table: OutcomeTable, *, options: Boosting = SMALL, seed: int = 0) -> SelectionFit:
    """Learn what each tool's answer is worth in a query, from the horizon, all confidences and the team's features.

    A tool's worth must not fall with its own confidence.

    Args:
        table: outcomes of queries that no tool was trained on, with the tools' names.
        options: of the boosting.
        seed: of the folds and draws.

    Raises:
        CalibrationError: too few queries to learn from.
        MissingExtraError: LightGBM is not installed.
    """
    names = known_before_selection(table.signals)
    expected = np.empty(table.tools.shape)
    useful: dict[str, Trees] = {}
    for place, tool in enumerate(table.signals.tool_names):
        rising = {f"{OF_A_TOOL}{tool}": 1}
        useful[tool], expected[place] = cross_fit(
            table, names, table.tools[place], options=options, monotone=rising, seed=seed
        )
    return SelectionFit(
        selection=MostUseful(useful),
        gain=mean_interval(table.tools[expected.argmax(0), np.arange(len(table))], seed=seed),
        random=float(table.tools.mean()),
        best_overall=float(table.tools.mean(1).max()),
        oracle=float(table.tools.max(0).mean()),
        data=table.describe(),
    )
