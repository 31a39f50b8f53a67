"""`rr-planner drift`: are queries still like those that the policy was calibrated on?"""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rr_planner.calibration.drift import Ranges
from rr_planner.errors import PlannerError
from rr_planner.ledger import Ledger
from rr_planner.policies.file import load_calibration, load_policy


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("drift", help="compare recorded queries with those of the calibration")
    parser.add_argument("ledger", type=Path, help="JSON-lines file of a Ledger")
    parser.add_argument("--policy", type=Path, required=True, help="policy file, from `rr-planner calibrate`")
    parser.add_argument("--last", type=int, default=1000, help="newest decisions of that policy to look at")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield an alarm a line.

    Raises:
        PlannerError: some signal has left its range, the policy file has no ranges, or no decision is that policy's.
    """
    policy, ranges = load_policy(options.policy), load_calibration(options.policy).get("ranges")
    if not isinstance(ranges, dict):
        raise PlannerError(f"{options.policy}: no ranges; make the policy with rr-planner calibrate")
    if options.last < 1:
        raise PlannerError(f"--last {options.last}: ask for at least one decision")
    made = (answer.decision for answer in Ledger.read(options.ledger))
    window = deque((one for one in made if one.policy_hash == policy.hash), maxlen=options.last)
    if not window:
        raise PlannerError(f"{options.ledger}: no decision of policy {policy.hash}")
    alarms = Ranges.from_dict(ranges).alarms(list(window))
    for alarm in alarms:
        yield json.dumps(asdict(alarm)) if options.json else str(alarm)
    if alarms:
        raise PlannerError(f"drift in {len(alarms)} of {len(ranges)} signals over {len(window)} decisions")
    if not options.json:
        yield f"no drift in {len(ranges)} signals over {len(window)} decisions"
