"""What the commands that read a table of outcomes share: its options and its reader."""

from __future__ import annotations

import argparse
from pathlib import Path

from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.calibration.table import read_outcomes
from rr_planner.costs import Costs


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the table and the costs."""
    parser.add_argument("outcomes", type=Path, help="an .npz or .csv of validation queries, see the README")
    parser.add_argument("--cost-tools", type=float, default=0.0, help="cost of asking the tools (default 0)")
    parser.add_argument("--cost-reasoner", type=float, default=1.0, help="cost of the reasoner alone (default 1)")
    parser.add_argument(
        "--cost-evidence", type=float, default=1.0, help="cost of the reasoner with evidence (default 1)"
    )


def costs_of(options: argparse.Namespace) -> Costs:
    """Return the costs."""
    return Costs(options.cost_tools, options.cost_reasoner, options.cost_evidence)


def table_of(options: argparse.Namespace) -> OutcomeTable:
    """Read the table."""
    return OutcomeTable.of(**read_outcomes(options.outcomes))
