"""Answers as JSON values and back; unknown figures are null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rr_planner.types import Answer, Attempt, Decision, Route

RECORD_VERSION = 1


def answer_to_record(answer: Answer) -> dict[str, Any]:
    """Return the answer with its decision as JSON values."""
    return {
        "record_version": RECORD_VERSION,
        "decision": decision_to_record(answer.decision),
        "items": answer.items.tolist(),
        "scores": answer.scores.tolist(),
        "confidence": _null(answer.confidence),
        "served_by": answer.served_by,
        "tools_used": list(answer.tools_used),
        "thought": answer.thought,
        "degraded": answer.degraded,
        "attempts": [
            {"model": one.model, "step": one.step, "error": one.error, "latency_ms": one.latency_ms}
            for one in answer.attempts
        ],
        "latency_ms": answer.latency_ms,
        "flops": _null(answer.flops),
        "cost": _null(answer.cost),
        "disagreed": answer.disagreed,
    }


def answer_from_record(record: Mapping[str, Any]) -> Answer:
    """Read `answer_to_record` back.

    Raises:
        KeyError: a field is missing.
        ValueError: the record is of another version or names an unknown route.
    """
    if record["record_version"] != RECORD_VERSION:
        raise ValueError(f"record_version {record['record_version']}; this package reads {RECORD_VERSION}")
    decision = decision_from_record(record["decision"])
    return Answer(
        query_id=decision.query_id,
        items=np.array(record["items"], dtype=np.int64),
        scores=np.array(record["scores"], dtype=np.float64),
        confidence=_nan(record["confidence"]),
        served_by=record["served_by"],
        tools_used=tuple(record["tools_used"]),
        thought=record["thought"],
        degraded=record["degraded"],
        attempts=tuple(Attempt(**attempt) for attempt in record["attempts"]),
        latency_ms=record["latency_ms"],
        flops=_nan(record["flops"]),
        decision=decision,
        cost=_nan(record.get("cost")),
        disagreed=record.get("disagreed"),
    )


def decision_to_record(decision: Decision) -> dict[str, Any]:
    """Return the decision as JSON values."""
    return {
        "query_id": decision.query_id,
        "route": decision.route.value,
        "risk": decision.risk.value,
        "evidence_horizon": decision.evidence_horizon,
        "confidence": _null(decision.confidence),
        "tools": list(decision.tools),
        "reason": decision.reason,
        "policy": decision.policy,
        "policy_hash": decision.policy_hash,
        "tool_confidence": {name: _null(value) for name, value in decision.tool_confidence.items()},
        "agreement": _null(decision.agreement),
        "reasoner_confidence": _null(decision.reasoner_confidence),
        "delegate": decision.delegate,
        "features": {name: _null(value) for name, value in decision.features.items()},
    }


def decision_from_record(record: Mapping[str, Any]) -> Decision:
    """Read `decision_to_record` back; raises like `answer_from_record`."""
    return Decision(
        query_id=record["query_id"],
        route=Route(record["route"]),
        evidence_horizon=record["evidence_horizon"],
        confidence=_nan(record["confidence"]),
        tools=tuple(record["tools"]),
        reason=record["reason"],
        policy=record["policy"],
        policy_hash=record["policy_hash"],
        tool_confidence={name: _nan(value) for name, value in record["tool_confidence"].items()},
        agreement=_nan(record["agreement"]),
        reasoner_confidence=_nan(record["reasoner_confidence"]),
        delegate=record.get("delegate", ""),
        features={name: _nan(value) for name, value in record.get("features", {}).items()},
    )


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)
