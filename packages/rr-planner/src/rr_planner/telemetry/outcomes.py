"""How many queries of a call ended how: the one reading of a call that metrics and traces share."""

from __future__ import annotations

from collections import Counter

from rr_planner.resilience.guard import Call
from rr_planner.types import Outcome


def outcomes_of(call: Call) -> Counter[Outcome]:
    """Count the outcomes of a call over its queries."""
    counts = Counter(Outcome.of(error) for error in call.errors.values())
    right = len(call.rows) - len(call.errors)
    if right:
        counts[Outcome.OK] = right
    return counts
