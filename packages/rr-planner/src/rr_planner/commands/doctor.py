"""`rr-planner doctor`: is a service's configuration fit to serve?"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rr_planner.errors import PlannerError
from rr_planner.policies.file import load_calibration, load_policy
from rr_planner.serve.config import ServiceConfig
from rr_planner.testing import check_reasoner, check_tool, sample_queries

_ITEMS = 50  # asked about where the configuration does not say how many there are


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("doctor", help="check a service's configuration, its models and its policy")
    parser.add_argument("--config", type=Path, required=True, help="TOML or JSON file of `rr-planner serve`")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Yield a line a check; raise if one failed.

    Raises:
        PlannerError: says how many failed.
    """
    logging.getLogger("rr_planner").setLevel(logging.CRITICAL)  # the checks say what was wrong
    config = ServiceConfig.read(options.config)
    yield f"ok    {options.config} is understood"
    checks, failures = 0, 0
    for name, check in _checks(config):
        checks += 1
        try:
            said = check()
        except (PlannerError, AssertionError, OSError) as error:
            failures += 1
            yield f"FAIL  {name}: {' '.join(str(error).split())}"
        else:
            yield f"ok    {name}{said and f': {said}'}"
    if failures:
        raise PlannerError(f"{failures} of {checks} checks failed")


def _checks(config: ServiceConfig) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each check with its name; one that cannot be made without an earlier one is left out."""
    yield "policy", lambda: _policy(config)
    try:
        tools, reasoner = config.models()
    except PlannerError as problem:
        message = str(problem)
        yield "models", lambda: _fail(message)
        return
    yield "planner", lambda: _answers(config, (tools, reasoner))
    n_items = config.n_items or _ITEMS
    names = [tool.name for tool in tools]
    for tool in tools:
        if hasattr(tool, "rank"):  # the kit waits; a model that can only be awaited is asked by the planner alone
            yield f"contract of {tool.name}", partial(_kit, check_tool, tool, n_items=n_items)
    if hasattr(reasoner, "deliberate"):
        yield f"contract of {reasoner.name}", partial(_kit, check_reasoner, reasoner, n_items=n_items, tools=names)


def _kit(check: Callable[..., None], model: Any, **options: Any) -> str:
    check(model, **options)
    return ""


def _policy(config: ServiceConfig) -> str:
    policy = load_policy(config.policy_path)
    content = json.loads(config.policy_path.read_text(encoding="utf-8"))
    figures = load_calibration(config.policy_path)
    if not figures:
        raise PlannerError(f"{config.policy}: no calibration; choose thresholds with rr-planner calibrate")
    if "hash" not in content:
        raise PlannerError(f"{config.policy}: no hash: the settings were edited after the calibration")
    data = figures.get("data")
    size = data.get("queries") if isinstance(data, dict) else None
    return f"{policy.name} {policy.hash}, calibrated on {size or 'some'} queries"


def _answers(config: ServiceConfig, models: tuple[list[Any], Any]) -> str:
    planner = replace(config, ledger=None).planner(models=models)
    queries = sample_queries(config.n_items or _ITEMS)
    needed = {name for one in (planner.policy, planner.selection) for name in getattr(one, "query_features", ())}
    answers = planner.answer(replace(queries, features={name: np.zeros(len(queries)) for name in needed}), config.k)
    troubles = sorted({trouble for trouble in answers.degraded if trouble})
    if troubles:
        raise PlannerError("; ".join(troubles))
    return f"{len(answers)} queries answered by {', '.join(sorted(set(answers.served_by)))}"


def _fail(message: str) -> str:
    raise PlannerError(message)
