"""What the commands that read a table of outcomes share: its options, its reader and who is selected."""

from __future__ import annotations

import argparse
from pathlib import Path

from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.calibration.table import read_outcomes
from rr_planner.costs import Costs
from rr_planner.most_useful import named_selection
from rr_planner.selection import Selection


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the table and the costs."""
    parser.add_argument("outcomes", type=Path, help="an .npz or .csv of validation queries, see the README")
    parser.add_argument("--cost-tools", type=float, default=0.0, help="cost of asking the tools (default 0)")
    parser.add_argument("--cost-reasoner", type=float, default=1.0, help="cost of the reasoner alone (default 1)")
    parser.add_argument(
        "--cost-evidence", type=float, default=1.0, help="cost of the reasoner with evidence (default 1)"
    )

    parser.add_argument(
        "--selection", help="the tool that answers, or a .json file of fit-selection (default: the most confident)"
    )


def costs_of(options: argparse.Namespace) -> Costs:
    """Return the costs."""
    return Costs(options.cost_tools, options.cost_reasoner, options.cost_evidence)


def table_of(options: argparse.Namespace) -> OutcomeTable:
    """Read the table."""
    return OutcomeTable.of(**read_outcomes(options.outcomes), selection=selection_of(options))


def selection_of(options: argparse.Namespace) -> Selection | None:
    """Return the selection; None for the default."""
    return None if options.selection is None else named_selection(options.selection)
