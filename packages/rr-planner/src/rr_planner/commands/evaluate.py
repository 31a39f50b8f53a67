"""`rr-planner evaluate`: what policies would have gained and cost, from a table of outcomes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from rr_planner.calibration.bootstrap import Interval
from rr_planner.calibration.evaluation import PolicyFigures, evaluate
from rr_planner.commands.tables import add_options, costs_of, table_of
from rr_planner.errors import PlannerError
from rr_planner.policies.file import load_calibration, load_policy
from rr_planner.policies.policy import Policy


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("evaluate", help="what policies would have gained and cost on past outcomes")
    add_options(parser)
    parser.add_argument("--policy", type=Path, action="append", default=[], help="policy file; may be repeated")
    parser.add_argument("--seed", type=int, default=0, help="of the resamples and of random routing (default 0)")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield a table, a policy a row, with 95 % bootstrap intervals."""
    table, policies = table_of(options), _policies(options.policy)
    found = evaluate(table, policies, costs=costs_of(options), seed=options.seed)
    rosy = [path.stem for path in options.policy if _outcomes_of(path) == table.describe()["hash"]]
    if options.json:
        yield json.dumps({"policies": {name: one.to_dict() for name, one in found.items()}, "rosy": rosy})
        return
    yield from _table(found)
    for name in rosy:
        yield f"{name} was calibrated on these very outcomes: its figures are rosy"


def _outcomes_of(path: Path) -> object:
    data = load_calibration(path).get("data")
    return data.get("hash") if isinstance(data, Mapping) else None


def _policies(paths: list[Path]) -> dict[str, Policy]:
    policies: dict[str, Policy] = {}
    for path in paths:
        if path.stem in policies:
            raise PlannerError(f"--policy {path}: two files are named {path.stem}; rename one")
        policies[path.stem] = load_policy(path)
    return policies


def _table(found: Mapping[str, PolicyFigures]) -> Iterator[str]:
    yield "| policy | gain | random-to-oracle gap closed | tool use | cost |"
    yield "|---|---|---|---|---|"
    for name, one in found.items():
        cells = (_cell(one.gain), _cell(one.gap_closed), _cell(one.tool_use), _cell(one.cost))
        yield f"| {name} | {' | '.join(cells)} |"


def _cell(interval: Interval) -> str:
    return f"{interval.value:.4g} [{interval.low:.4g}, {interval.high:.4g}]"
