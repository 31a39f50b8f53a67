"""Deciding a recorded query again."""

from __future__ import annotations

import numpy as np

from rr_planner.answers import decision_of
from rr_planner.policies.policy import PENDING, Policy, decide
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.types import EMPTY, Decision, Route


def replay(decision: Decision, policy: Policy) -> Decision:
    """Decide again from what a recorded decision says was known.

    The policy it was made by, which has the recorded hash, decides exactly the same again; another one shows what it
    would have done. A confidence that the record does not know, because its model was not asked, stays unknown.

    Raises:
        InvalidQueryError: the policy needs a feature that was not recorded, or an oracle does not know the query.

    Example:
        >>> from rr_planner import Bands
        >>> nan = float("nan")
        >>> old = Decision("q", Route.TOOLS, 0.2, 0.6, ("light",), "", "bands", "", {"light": 0.6}, nan, nan, "light")
        >>> replay(old, Bands()).route, replay(old, Bands(tool_confidence=0.9)).reason
        (<Route.TOOLS: 'tools'>, "high risk: evidence horizon 0.20 is low, but light's confidence 0.60 is below 0.90 \
and the reasoner's confidence is unknown")
    """
    names = tuple(decision.tool_confidence)
    confidence = np.array([[value] for value in decision.tool_confidence.values()], dtype=np.float64)
    signals = Signals(
        ids=np.array([decision.query_id]),
        evidence_horizon=np.array([decision.evidence_horizon]),
        tool_names=names,
        tool_confidence=confidence.reshape(len(names), 1),
        delegate=np.array([names.index(decision.delegate) if decision.delegate in names else NO_TOOL]),
        agreement=np.array([decision.agreement]),
        reasoner_confidence=np.array([decision.reasoner_confidence]),
        features={name: np.array([value]) for name, value in decision.features.items()} or EMPTY,
    )
    code = int(decide(policy, signals)[0])
    if code == PENDING:
        code = int(policy.escalate(signals)[0])
    return decision_of(policy, signals, 0, code, decision.tools if decision.route is Route.BOTH else names)
