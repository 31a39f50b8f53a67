"""What a query costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np

from rr_eval.predictions import Predictions


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


@dataclass(frozen=True, slots=True)
class CostSums:
    """Sums over queries, and how many queries have each figure; they add up over the pieces of a table."""

    latency_ms: float = 0.0
    timed: int = 0
    flops: float = 0.0
    counted: int = 0
    with_tools: int = 0
    told: int = 0

    @classmethod
    def of(cls, predictions: Predictions) -> CostSums:
        """Sum over the rows of one system."""
        latency, flops = predictions.numbers("latency_ms"), predictions.numbers("flops")
        told, tools = predictions.known("tools_used"), predictions.list_lengths("tools_used")
        return cls(
            float(np.nansum(latency)),
            int(np.count_nonzero(~np.isnan(latency))),
            float(np.nansum(flops)),
            int(np.count_nonzero(~np.isnan(flops))),
            int(np.count_nonzero(tools[told])),
            int(np.count_nonzero(told)),
        )

    def __add__(self, other: CostSums) -> CostSums:
        """Add up field by field."""
        return CostSums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def means(self) -> Cost:
        """Return the means."""
        pairs = ((self.latency_ms, self.timed), (self.flops, self.counted), (self.with_tools, self.told))
        return Cost(*(total / n if n else None for total, n in pairs))


def mean_cost(predictions: Predictions) -> Cost:
    """Return the mean cost of the rows; give it the rows of one system."""
    return CostSums.of(predictions).means()
