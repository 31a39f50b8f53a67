"""Whether confidence is kept, as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rr_eval.calibration.ece import ece
from rr_eval.calibration.reliability import Reliability, reliability
from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import parse_metric
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.ranking.target_ranks import target_ranks
from rr_eval.report.scale import Scale, nice_ticks


@dataclass(frozen=True, slots=True)
class BinMark:
    """One bin in the drawing: its dot, and its whisker from `low` to `high`."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityDrawing:
    """Geometry of the diagram in pixels; both axes carry the same ticks."""

    size: float
    left: float
    right: float
    top: float
    bottom: float
    ticks: tuple[tuple[float, float, str], ...]  # x, y, label
    marks: tuple[BinMark, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityDiagram:
    """A section with the reliability diagram of one system.

    Attributes:
        title: of the section.
        system: whose confidence.
        bins: accuracy against confidence.
        ece: expected calibration error.
        right_means: when an answer counts as right, for the caption.
        lead: a sentence or two before the diagram.
    """

    kind: ClassVar[str] = "Figure"
    template: ClassVar[str] = "reliability_diagram.html.j2"

    title: str
    system: str
    bins: Reliability
    ece: float
    right_means: str
    lead: str = ""

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        *,
        system: str,
        k: int,
        ties: Ties = "middle",
        title: str = "Calibration",
        lead: str = "",
    ) -> ReliabilityDiagram:
        """Build the diagram from the rows of a system that have a confidence.

        Args:
            predictions: the table.
            system: whose confidence.
            k: an answer is right where its target is among the first k; say what the confidence was calibrated for.
            ties: where in its tie group a target stands.
            title, lead: of the section.

        Raises:
            UnknownNameError: the system is unknown.
            InvalidPredictionsError: no row of the system has a confidence.
        """
        rows = predictions.of_system(system)
        confidence = rows.numbers("confidence")
        known = ~np.isnan(confidence)
        if not known.any():
            received = f"only nulls for system '{system}'"
            raise InvalidPredictionsError("confidence", received, "a system that states its confidence")
        right = parse_metric(f"HR@{k}").values(target_ranks(rows, ties=ties).ranks)[known]
        stated = confidence[known]
        means = "the target is the first item" if k == 1 else f"the target is among the first {k} items"
        return cls(title, system, reliability(stated, right), ece(stated, right), means, lead)

    @property
    def n(self) -> int:
        """How many answers."""
        return int(self.bins.count.sum())

    @property
    def rows(self) -> list[tuple[float, float, int]]:
        """Confidence, accuracy and number of answers of each bin."""
        columns = (self.bins.confidence.tolist(), self.bins.accuracy.tolist(), self.bins.count.tolist())
        return list(zip(*columns, strict=True))

    def drawing(self, size: float) -> ReliabilityDrawing:
        """Return the geometry for a square canvas; the axes end at the largest value, so low ones are seen."""
        left, right, top, bottom = 46.0, size - 12.0, 12.0, size - 44.0
        ticks = nice_ticks(0.0, float(min(1.0, max(self.bins.confidence.max(), self.bins.high.max()))), at_most=5)
        across, up = Scale(0.0, ticks[-1], left, right), Scale(0.0, ticks[-1], bottom, top)
        columns = (self.bins.confidence, self.bins.accuracy, self.bins.low, self.bins.high)
        marks = tuple(
            BinMark(across(x), up(y), up(low), up(high))
            for x, y, low, high in zip(*(column.tolist() for column in columns), strict=True)
        )
        labels = tuple((across(tick), up(tick), f"{tick:g}") for tick in ticks)
        return ReliabilityDrawing(size, left, right, top, bottom, labels, marks)
