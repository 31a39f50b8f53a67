"""An answer in words, for a person."""

from __future__ import annotations

import math

from rr_planner.types import Answer, Route

_SENT = {Route.TOOLS: "a light tool", Route.REASONER: "the reasoner alone", Route.BOTH: "the reasoner and the tools"}


def explain(answer: Answer) -> str:
    """Say in a few lines what was answered, by whom, why, and what went wrong.

    Example:
        >>> import numpy as np
        >>> from rr_planner.types import Decision
        >>> decision = Decision("q1", Route.REASONER, 0.5, 0.8, (), "medium risk", "bands", "0123456789ab", {},
        ...                     float("nan"), 0.8)
        >>> print(explain(Answer("q1", np.array([4, 2]), np.array([0.9, 0.1]), 0.8, "vlm", (), "", "", (), 12.0, 3e6,
        ...                      decision)))
        Query q1 was answered by vlm with confidence 0.80: items 4, 2.
          Sent to the reasoner alone, medium risk.
          Cost: 12.0 ms, 3e+06 FLOPs.
          Policy: bands 0123456789ab.
    """
    decision = answer.decision
    sure = "" if math.isnan(answer.confidence) else f" with confidence {answer.confidence:.2f}"
    items = ", ".join(str(item) for item in answer.items.tolist())
    lines = [f"Query {answer.query_id} was answered by {answer.served_by}{sure}: items {items}."]
    lines.append(f"  Sent to {_SENT[decision.route]}, {decision.reason}.")
    told = [f"{name} {value:.2f}" for name, value in decision.tool_confidence.items() if not math.isnan(value)]
    if told:
        lines.append(f"  The tools' confidence: {', '.join(told)}.")
    if decision.route is Route.BOTH and answer.tools_used:
        lines.append(f"  Evidence from: {', '.join(answer.tools_used)}.")
    if answer.thought:
        lines.append(f"  Thought: {answer.thought}")
    if answer.degraded:
        lines.append(f"  Degraded: {answer.degraded}.")
    flops = "" if math.isnan(answer.flops) else f", {answer.flops:.3g} FLOPs"
    lines.append(f"  Cost: {answer.latency_ms:.1f} ms{flops}.")
    lines.append(f"  Policy: {decision.policy} {decision.policy_hash}.")
    return "\n".join(lines)
