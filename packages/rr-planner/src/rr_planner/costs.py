"""What the steps of the cascade cost."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from rr_planner.errors import CalibrationError


@dataclass(frozen=True, slots=True)
class Costs:
    """What the steps of the cascade cost a query, in any one unit: FLOPs, milliseconds, money.

    Args:
        tools: asking the tools, all that the selection requires.
        reasoner: the reasoner without evidence.
        evidence: the reasoner with evidence.

    Raises:
        CalibrationError: a cost is no number, negative or not finite.
    """

    tools: float = 0.0
    reasoner: float = 1.0
    evidence: float = 1.0

    def __post_init__(self) -> None:
        """Check the costs."""
        for one in fields(self):
            value = getattr(self, one.name)
            number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            if not (number and np.isfinite(value) and value >= 0):
                raise CalibrationError(f"costs.{one.name}", f"{value!r}", "a finite number of at least 0")
