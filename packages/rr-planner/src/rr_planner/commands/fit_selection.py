"""`rr-planner fit-selection`: which tool is most useful in a query, from past outcomes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rr_planner.calibration.fit_selection import fit_selection
from rr_planner.calibration.outcome_table import OutcomeTable
from rr_planner.calibration.table import read_outcomes


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("fit-selection", help="learn which tool is most useful (extra `calibration`)")
    parser.add_argument("outcomes", type=Path, help="an .npz or .csv of validation queries, see the README")
    parser.add_argument("--out", type=Path, required=True, help="selection file to write")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Write the selection file and yield its figures."""
    found = fit_selection(OutcomeTable.of(**read_outcomes(options.outcomes)))
    found.selection.save(options.out, calibration=found.to_dict())
    if options.json:
        yield json.dumps({"hash": found.selection.hash, **found.to_dict()})
        return
    value, low, high = found.gain
    yield f"gain of the selected tool {value:.4f} [{low:.4f}, {high:.4f}], to expect on other users"
    yield f"instead of: random {found.random:.4f}, best overall {found.best_overall:.4f}, oracle {found.oracle:.4f}"
    yield f"random-to-oracle gap closed {found.gap_closed:.1%}, measured on {found.data['queries']} queries"
    yield f"written to {options.out} (selection {found.selection.hash}, outcomes {found.data['hash']})"
