"""`rr-planner calibrate`: a policy file from past outcomes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from rr_planner.calibration.calibrate import BandsCalibration, calibrate_bands
from rr_planner.calibration.calibrate_benefits import BenefitCalibration, Target, calibrate_benefits
from rr_planner.calibration.evaluation import PolicyFigures
from rr_planner.calibration.table import read_outcomes
from rr_planner.commands.tables import add_options, costs_of, selection_of, table_of
from rr_planner.errors import PlannerError
from rr_planner.policies.file import save_policy

_OF_BANDS = ("min_share", "slack")
_OF_BENEFITS = ("tool_use", "risk", "delta", "price")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("calibrate", help="make a policy from past outcomes")
    add_options(parser)
    parser.add_argument("--out", type=Path, required=True, help="policy file to write")
    parser.add_argument(
        "--kind",
        choices=("bands", "expected-benefit"),
        default="bands",
        help="thresholds on horizon and confidence, or the learned benefit of each step (extra `calibration`)",
    )
    parser.add_argument("--budget", type=float, help="largest mean cost a query")
    parser.add_argument("--min-share", type=float, help="bands: least share of queries on each route (default 0)")
    parser.add_argument("--slack", type=float, help="bands: standard errors to give for simplicity (default 1)")
    parser.add_argument("--tool-use", type=float, help="expected-benefit: share of queries that tools take part in")
    parser.add_argument("--risk", type=float, help="expected-benefit: largest mean loss against always both")
    parser.add_argument("--delta", type=float, help="expected-benefit: chance to exceed the risk (default 0.05)")
    parser.add_argument("--price", type=float, help="expected-benefit: gain a unit of cost must bring (default 0)")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Write the policy file and yield its figures."""
    foreign = _OF_BENEFITS if options.kind == "bands" else _OF_BANDS
    for name in (name for name in foreign if getattr(options, name) is not None):
        raise PlannerError(f"--{name.replace('_', '-')} means nothing to --kind {options.kind}; leave it out")
    result = _bands(options) if options.kind == "bands" else _benefits(options)
    save_policy(result.policy, options.out, calibration=result.to_dict())
    if options.json:
        yield json.dumps({"policy": result.policy.name, "hash": result.policy.hash, **result.to_dict()})
        return
    yield from _bands_in_words(result) if isinstance(result, BandsCalibration) else _benefits_in_words(result)
    yield from _expected_in_words(result.expected)
    yield f"written to {options.out} (policy {result.policy.hash}, outcomes {result.data['hash']})"


def _bands(options: argparse.Namespace) -> BandsCalibration:
    table = read_outcomes(options.outcomes)
    for name in ("agreement", "features"):  # bands do not look at them
        table.pop(name, None)
    return calibrate_bands(
        **table,
        selection=selection_of(options),
        costs=costs_of(options),
        budget=options.budget,
        min_share=0.0 if options.min_share is None else options.min_share,
        slack=1.0 if options.slack is None else options.slack,
    )


def _benefits(options: argparse.Namespace) -> BenefitCalibration:
    delta = 0.05 if options.delta is None else options.delta
    return calibrate_benefits(
        table_of(options),
        costs=costs_of(options),
        target=Target(tool_use=options.tool_use, risk=options.risk, budget=options.budget, delta=delta),
        price=0.0 if options.price is None else options.price,
    )


def _bands_in_words(result: BandsCalibration) -> Iterator[str]:
    levels = ", ".join(f"{name} {value:.3f}" for name, value in result.policy.reasoner_confidence._asdict().items())
    yield (
        f"delegate below evidence horizon {result.policy.low_horizon:.3f} at tool confidence of at least "
        f"{result.policy.tool_confidence:.3f}"
    )
    yield f"high horizon above {result.policy.high_horizon:.3f}; the reasoner needs confidence: {levels}"
    yield f"gain {result.gain:.4f} +- {result.standard_error:.4f} on these {result.data['queries']} queries"
    yield "instead of: " + ", ".join(f"{name} {gain:.4f}" for name, gain in result.baselines.items())


def _benefits_in_words(result: BenefitCalibration) -> Iterator[str]:
    prices = result.policy.prices
    yield f"a unit of cost must bring {prices.cost:.4g}, an answer with tools in it {prices.tools:+.4g} besides"
    yield "instead of: " + ", ".join(f"{name} {one.gain.value:.4f}" for name, one in result.baselines.items())


def _expected_in_words(expected: PolicyFigures | None) -> Iterator[str]:
    if expected is None:
        yield "what to expect on other users is unknown: on a part of these no policy is allowed"
        return
    yield f"to expect on other users, measured on {expected.n} queries:"
    yield "  shares " + ", ".join(f"{route} {share:.1%}" for route, share in expected.shares.items())
    for name in ("gain", "gap_closed", "tool_use", "cost"):
        value, low, high = getattr(expected, name)
        yield f"  {name.replace('_', ' ')} {value:.4g} [{low:.4g}, {high:.4g}]"
