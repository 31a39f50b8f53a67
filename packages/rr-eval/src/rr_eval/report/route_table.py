"""What the router did: share, quality and cost of each route (paper, table A5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.routing.risk_mix import RouteShare, risk_mix


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A section with the routes of one system.

    Attributes:
        title: of the section.
        system: whose routes.
        metric: the quality that is shown.
        rows: from low to high risk.
        lead: a sentence or two before the table.
    """

    kind: ClassVar[str] = "Table"
    template: ClassVar[str] = "route_table.html.j2"

    title: str
    system: str
    metric: str
    rows: tuple[RouteShare, ...]
    lead: str = ""

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        system: str,
        seed: int,
        metric: str = "HR@5",
        ties: Ties = "middle",
        title: str = "Routes",
        lead: str = "",
    ) -> RouteTable:
        """Build the table of a system with a router; arguments and errors are those of `risk_mix`."""
        return cls(
            title, system, metric, risk_mix(predictions, system=system, seed=seed, metric=metric, ties=ties), lead
        )
