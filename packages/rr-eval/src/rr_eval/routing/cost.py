"""What a query costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from rr_eval.predictions import Predictions
from rr_eval.routing.tool_use_rate import tool_use_rate


@dataclass(frozen=True, slots=True)
class Cost:
    """Means over the queries that have the figure; None where none has.

    Attributes:
        latency_ms: milliseconds a query.
        flops: floating-point operations a query.
        tool_use_rate: share of queries that consulted a tool.
    """

    latency_ms: float | None
    flops: float | None
    tool_use_rate: float | None

    def as_dict(self) -> dict[str, float | None]:
        """Return the three by name, ready for JSON."""
        return asdict(self)


def mean_cost(predictions: Predictions) -> Cost:
    """Return the mean cost of the rows; give it the rows of one system."""
    told = predictions.filter(predictions.known("tools_used"))
    rate = tool_use_rate(told.list_lengths("tools_used")) if len(told) else None
    return Cost(_known_mean(predictions.numbers("latency_ms")), _known_mean(predictions.numbers("flops")), rate)


def _known_mean(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
