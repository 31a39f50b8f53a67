"""`rr-planner calibrate`: a policy file from past outcomes."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

from rr_planner.calibration.calibrate import BandsCalibration, calibrate_bands
from rr_planner.calibration.grid import Costs
from rr_planner.calibration.table import read_outcomes
from rr_planner.policies.file import save_policy


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("calibrate", help="choose the thresholds of Bands from past outcomes")
    parser.add_argument("outcomes", type=Path, help="an .npz or .csv of validation queries, see the README")
    parser.add_argument("--out", type=Path, required=True, help="policy file to write")
    parser.add_argument("--cost-tools", type=float, default=0.0, help="cost of asking the tools (default 0)")
    parser.add_argument("--cost-reasoner", type=float, default=1.0, help="cost of the reasoner alone (default 1)")
    parser.add_argument(
        "--cost-evidence", type=float, default=1.0, help="cost of the reasoner with evidence (default 1)"
    )
    parser.add_argument("--budget", type=float, help="largest mean cost a query")
    parser.add_argument("--min-share", type=float, default=0.0, help="least share of queries on each route (default 0)")
    parser.add_argument("--slack", type=float, default=1.0, help="standard errors to give for simplicity (default 1)")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Write the policy file and yield its figures."""
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
