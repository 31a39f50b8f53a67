"""`rr-planner explain`: recorded answers for a person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rr_planner.errors import PlannerError
from rr_planner.explanation import explain
from rr_planner.ledger import Ledger
from rr_planner.records import answer_to_record


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("explain", help="show recorded answers for a person")
    parser.add_argument("ledger", type=Path, help="JSON-lines file of a Ledger")
    parser.add_argument("--query", help="only the answers to the query with this id")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield one answer in words each."""
    found = False
    for answer in Ledger.read(options.ledger):
        if options.query is None or str(answer.query_id) == options.query:
            found = True
            yield json.dumps(answer_to_record(answer)) if options.json else explain(answer)
    if options.query is not None and not found:
        raise PlannerError(f"--query {options.query}: no such query in {options.ledger}")
