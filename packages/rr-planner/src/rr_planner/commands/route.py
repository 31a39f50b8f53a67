"""`rr-planner route`: where queries go whose confidences are known."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rr_planner.answers import decision_of
from rr_planner.policies.file import load_policy
from rr_planner.policies.policy import PENDING, Policy, decide
from rr_planner.policies.query_lines import QueryLine, read_query_lines
from rr_planner.records import decision_to_record

_INPUT = (
    'JSON lines: {"evidence_horizon": 0.2, "tool_confidence": {"NAME": 0.4}}, optionally query_id and '
    "reasoner_confidence"
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("route", help="decide the route of queries whose confidences are known")
    parser.add_argument("--policy", type=Path, required=True, help="policy file, from `rr-planner calibrate`")
    parser.add_argument("--input", type=Path, required=True, help=_INPUT)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield one decision a line."""
    policy = load_policy(options.policy)
    for line in read_query_lines(options.input):
        record = _routed(policy, line)
        yield json.dumps(record) if options.json else f"{record['query_id']}\t{record['route']}\t{record['reason']}"


def _routed(policy: Policy, line: QueryLine) -> dict[str, Any]:
    code = int(decide(policy, line.signals)[0])
    if code == PENDING:
        reason = policy.reason(line.signals, 0, code)
        return {"query_id": line.query_id, "route": "pending", "reason": reason, "policy_hash": policy.hash}
    return decision_to_record(decision_of(policy, line.signals, 0, code, line.signals.tool_names))
