"""What a table tells of the answers: by name a view, rows of named figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from recipes.demo.evaluation import AGENT
from recipes.demo.routing import VOTE
from rr_eval import Evaluation, Predictions, evaluate, evaluate_by
from rr_planner import conflicts

Cells = Mapping[str, Mapping[str, float]]
"""By row, by column."""
View = Callable[[Predictions, Sequence[str]], Cells]

HIT_AT = 5
RISKS = {"tools": "low risk", "reasoner": "medium risk", "both": "high risk"}
GROUPS = {"low": "normal", "medium": "medium", "high": "coldest"}
"""Evidence horizons, and what the paper calls groups of users by training frequency: cold users have high ones."""


def systems(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """The metrics of every system."""
    return _scores(evaluate(predictions, metrics=metrics or None, seed=0, n_resamples=1))


def groups(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """The metrics of every system, and how often it used a tool, by group of users."""
    cells: dict[str, dict[str, float]] = {system: {} for system in predictions.systems}
    found = evaluate_by(predictions, by="group", metrics=metrics, seed=0, n_resamples=1)
    for level, group in GROUPS.items():
        if level not in found:
            continue
        for system, scores in _scores(found[level]).items():
            cells[system] |= {f"{metric} {group}": value for metric, value in scores.items()}
        for system in predictions.systems:
            cells[system][f"tool use {group}"] = _number(found[level].costs[system].tool_use_rate)
    return cells


def costs(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """The metrics of every system, and what a query costs it."""
    found = evaluate(predictions, metrics=metrics, seed=0, n_resamples=1)
    return {
        system: {
            **scores,
            "ms a query": _number(found.costs[system].latency_ms),
            "MFLOPs a query": _number(found.costs[system].flops) / 1e6,
            "tool use": _number(found.costs[system].tool_use_rate),
        }
        for system, scores in _scores(found).items()
    }


def risks(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """The agent's time, operations and share of the queries at each risk."""
    own = predictions.of_system(AGENT)
    routes = own.strings("route")
    cells = {}
    for route, risk in RISKS.items():
        there = routes == route
        if there.any():
            cells[risk] = {
                "ms a query": float(own.numbers("latency_ms")[there].mean()),
                "MFLOPs a query": float(own.numbers("flops")[there].mean()) / 1e6,
                "share of queries": float(there.mean()),
            }
    return cells


def disagreements(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """The agent against the tools' majority vote; right is who has the target among the first five."""
    ids = {item: code for code, item in enumerate({*predictions.of_system(AGENT).strings("target")})}

    def codes(system: str) -> list[list[int]]:
        lists = predictions.of_system(system).lists("items")
        rows = [[ids.setdefault(item, len(ids)) for item in row[:HIT_AT]] for row in lists]
        return [row + [-1] * (HIT_AT - len(row)) for row in rows]

    targets = [ids[item] for item in predictions.of_system(AGENT).strings("target")]
    found = conflicts(codes(AGENT), codes(VOTE), targets, k=HIT_AT)
    return {
        "tool accuracy": {"value": found.tool_accuracy},
        "agent accuracy": {"value": found.own_accuracy},
        "disagreement rate": {"value": found.disagreement_rate},
        "agent accuracy on disagreement cases": {"value": found.own_accuracy_on_disagreements},
        "tool accuracy on disagreement cases": {"value": found.tool_accuracy_on_disagreements},
    }


def tool_use(predictions: Predictions, metrics: Sequence[str]) -> Cells:
    """How often the agent used a tool."""
    used = predictions.of_system(AGENT).list_lengths("tools_used") > 0
    return {AGENT: {"tool use": float(used.mean())}}


VIEWS: Mapping[str, View] = {view.__name__: view for view in (systems, groups, costs, risks, disagreements, tool_use)}


def _scores(evaluation: Evaluation) -> Cells:
    rows: dict[str, dict[str, float]] = {system: {} for system in evaluation.systems}
    for score in evaluation.scores:
        rows[score.system][score.metric] = score.value
    return rows


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
