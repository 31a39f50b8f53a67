"""`rr-planner explain`: recorded answers for a person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rr_planner.errors import PlannerError
from rr_planner.explanation import explain
from rr_planner.ledger import Ledger
from rr_planner.policies.file import load_policy
from rr_planner.records import answer_to_record, decision_to_record
from rr_planner.replaying import replay
from rr_planner.types import Answer, Decision


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("explain", help="show recorded answers for a person")
    parser.add_argument("ledger", type=Path, help="JSON-lines file of a Ledger")
    parser.add_argument("--query", help="only the answers to the query with this id")
    parser.add_argument("--policy", type=Path, help="also what this policy file decides from what was known")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield one answer in words each."""
    found, policy = False, None if options.policy is None else load_policy(options.policy)
    for answer in Ledger.read(options.ledger):
        if options.query is None or str(answer.query_id) == options.query:
            found = True
            again = None if policy is None else replay(answer.decision, policy)
            yield _as_json(answer, again) if options.json else _in_words(answer, again)
    if options.query is not None and not found:
        raise PlannerError(f"--query {options.query}: no such query in {options.ledger}")


def _as_json(answer: Answer, again: Decision | None) -> str:
    record = answer_to_record(answer)
    return json.dumps(record if again is None else {**record, "decided_again": decision_to_record(again)})


def _in_words(answer: Answer, again: Decision | None) -> str:
    if again is None:
        return explain(answer)
    same = decision_to_record(again) == decision_to_record(answer.decision)
    found = "exactly the same" if same else f"{again.route.value}, {again.reason}"
    return f"{explain(answer)}\n  Decided again by {again.policy} {again.policy_hash}: {found}."
