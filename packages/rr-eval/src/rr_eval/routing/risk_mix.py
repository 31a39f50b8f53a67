"""How a router spreads queries over its routes, and what each route costs and yields (paper, table A5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import parse_metric
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.ranking.target_ranks import target_ranks
from rr_eval.routing.cost import Cost, mean_cost
from rr_eval.schema import ROUTES
from rr_eval.significance import Interval, bootstrap_interval

RISK_OF_ROUTE: Mapping[str, str] = MappingProxyType({"tools": "low", "reasoner": "medium", "both": "high"})


@dataclass(frozen=True, slots=True)
class RouteShare:
    """One route of a router.

    Attributes:
        route: `tools`, `reasoner` or `both`.
        risk: the paper's risk level of that route: `low`, `medium`, `high`.
        n: queries that took it.
        share: n over all routed queries.
        quality: the metric over its queries, with an interval.
        cost: mean latency, FLOPs and tool use of its queries.
    """

    route: str
    risk: str
    n: int
    share: float
    quality: Interval
    cost: Cost


def risk_mix(
    predictions: Predictions, *, system: str, seed: int, metric: str = "HR@5", ties: Ties = "middle"
) -> tuple[RouteShare, ...]:
    """Return the routes that a system took, from low to high risk.

    The routes hold different queries, so their quality tells which queries are hard, not which route is better.

    Args:
        predictions: the table.
        system: a system with a router.
        seed: of the bootstrap.
        metric: a ranking metric.
        ties: where in its tie group a target stands.

    Raises:
        UnknownNameError: the system or metric is unknown.
        InvalidPredictionsError: no query of the system has a route.
    """
    parsed = parse_metric(metric)
    rows = predictions.of_system(system)
    routes = rows.strings("route")
    parts = {route: rows.filter(routes == route) for route in ROUTES}
    total = sum(len(part) for part in parts.values())
    if not total:
        raise InvalidPredictionsError("route", f"only nulls for system '{system}'", "a system with a router")
    return tuple(
        RouteShare(
            route=route,
            risk=RISK_OF_ROUTE[route],
            n=len(part),
            share=len(part) / total,
            quality=bootstrap_interval(parsed.values(target_ranks(part, ties=ties).ranks), seed=seed),
            cost=mean_cost(part),
        )
        for route, part in parts.items()
        if len(part)
    )
