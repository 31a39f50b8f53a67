"""`rr-planner route | explain | calibrate`: the planner from the command line."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from rr_planner import __version__
from rr_planner.answers import decision_of
from rr_planner.calibration.calibrate import BandsCalibration, calibrate_bands
from rr_planner.calibration.grid import Costs
from rr_planner.calibration.table import read_outcomes
from rr_planner.errors import PlannerError
from rr_planner.explanation import explain
from rr_planner.ledger import Ledger
from rr_planner.policies.bands import Bands
from rr_planner.policies.file import load_policy, save_policy
from rr_planner.policies.policy import PENDING, decide
from rr_planner.policies.query_lines import QueryLine, read_query_lines
from rr_planner.records import answer_to_record, decision_to_record

USER_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; a mistake of the user is one line on stderr and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        for line in options.run(options):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (PlannerError, OSError) as error:
        sys.stderr.write(f"rr-planner {options.command}: {' '.join(str(error).split())}\n")
        return USER_ERROR
    return 0


class _OneLineParser(argparse.ArgumentParser):
    """Says a mistake in one line, where argparse prints the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(USER_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="rr-planner", description="Route queries by evidence and confidence.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)

    route = commands.add_parser("route", help="decide the route of queries whose confidences are known")
    route.add_argument("--policy", type=Path, required=True, help="policy file, from `rr-planner calibrate`")
    route.add_argument(
        "--input",
        type=Path,
        required=True,
        help='JSON lines: {"evidence_horizon": 0.2, "tool_confidence": {"NAME": 0.4}}, '
        "optionally query_id and reasoner_confidence",
    )
    route.add_argument("--json", action="store_true", help="one JSON object a line")
    route.set_defaults(run=_route)

    words = commands.add_parser("explain", help="show recorded answers for a person")
    words.add_argument("ledger", type=Path, help="JSON-lines file of a Ledger")
    words.add_argument("--query", help="only the answers to the query with this id")
    words.add_argument("--json", action="store_true", help="one JSON object a line")
    words.set_defaults(run=_explain)

    fit = commands.add_parser("calibrate", help="choose the thresholds of Bands from past outcomes")
    fit.add_argument("outcomes", type=Path, help="an .npz or .csv of validation queries, see the README")
    fit.add_argument("--out", type=Path, required=True, help="policy file to write")
    fit.add_argument("--cost-tools", type=float, default=0.0, help="cost of asking the tools (default 0)")
    fit.add_argument("--cost-reasoner", type=float, default=1.0, help="cost of the reasoner alone (default 1)")
    fit.add_argument("--cost-evidence", type=float, default=1.0, help="cost of the reasoner with evidence (default 1)")
    fit.add_argument("--budget", type=float, help="largest mean cost a query")
    fit.add_argument("--min-share", type=float, default=0.0, help="least share of queries on each route (default 0)")
    fit.add_argument("--slack", type=float, default=1.0, help="standard errors to give for simplicity (default 1)")
    fit.add_argument("--json", action="store_true", help="the figures as one JSON object")
    fit.set_defaults(run=_calibrate)
    return parser


def _route(options: argparse.Namespace) -> Iterator[str]:
    policy = load_policy(options.policy)
    for line in read_query_lines(options.input):
        record = _routed(policy, line)
        yield json.dumps(record) if options.json else f"{record['query_id']}\t{record['route']}\t{record['reason']}"


def _routed(policy: Bands, line: QueryLine) -> dict[str, Any]:
    code = int(decide(policy, line.signals)[0])
    if code == PENDING:
        reason = policy.reason(line.signals, 0, code)
        return {"query_id": line.query_id, "route": "pending", "reason": reason, "policy_hash": policy.hash}
    return decision_to_record(decision_of(policy, line.signals, 0, code, line.signals.tool_names))


def _explain(options: argparse.Namespace) -> Iterator[str]:
    found = False
    for answer in Ledger.read(options.ledger):
        if options.query is None or str(answer.query_id) == options.query:
            found = True
            yield json.dumps(answer_to_record(answer)) if options.json else explain(answer)
    if options.query is not None and not found:
        raise PlannerError(f"--query {options.query}: no such query in {options.ledger}")


def _calibrate(options: argparse.Namespace) -> Iterator[str]:
    result = calibrate_bands(
        **read_outcomes(options.outcomes),
        costs=Costs(options.cost_tools, options.cost_reasoner, options.cost_evidence),
        budget=options.budget,
        min_share=options.min_share,
        slack=options.slack,
    )
    save_policy(result.policy, options.out, calibration=result.to_dict())
    if options.json:
        yield json.dumps({"policy": result.policy.to_dict(), "hash": result.policy.hash, **result.to_dict()})
    else:
        yield from _summary(result, options.out)


def _summary(result: BandsCalibration, path: Path) -> Iterator[str]:
    levels = ", ".join(f"{name} {value:.3f}" for name, value in result.policy.reasoner_confidence._asdict().items())
    yield (
        f"delegate below evidence horizon {result.policy.low_horizon:.3f} at tool confidence of at least "
        f"{result.policy.tool_confidence:.3f}"
    )
    yield f"high horizon above {result.policy.high_horizon:.3f}; the reasoner needs confidence: {levels}"
    yield "shares: " + ", ".join(f"{route} {share:.1%}" for route, share in result.shares.items())
    held_out = "unknown" if math.isnan(result.held_out_gain) else f"{result.held_out_gain:.4f}"
    yield f"gain {result.gain:.4f} +- {result.standard_error:.4f} on these {result.n} queries, {held_out} held out"
    yield "instead of: " + ", ".join(f"{name} {gain:.4f}" for name, gain in result.baselines.items())
    yield f"cost {result.cost:.4g} a query"
    yield f"written to {path} (policy {result.policy.hash})"
