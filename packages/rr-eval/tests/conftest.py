"""Small predictions tables for every test."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rr_eval import Predictions

MakePredictions = Callable[..., Predictions]


@pytest.fixture
def make_predictions() -> MakePredictions:
    """Build a table of one system from lists, targets and any further columns."""

    def make(items: Any, target: list[str], *, scores: Any = None, **columns: Any) -> Predictions:
        given: dict[str, Any] = {
            "query_id": [f"q{row}" for row in range(len(items))],
            "user_id": [f"u{row}" for row in range(len(items))],
            "task": "sequential",
            "system": "tool",
            "items": items,
            "scores": [[float(-place) for place in range(len(row))] for row in items] if scores is None else scores,
            "target": target,
        }
        return Predictions.from_columns(**(given | columns))

    return make


@pytest.fixture(scope="session")
def routed() -> Predictions:
    """Three systems on 120 queries, each list ten long: a strong router, a tool and a weak tool."""
    rng = np.random.default_rng(0)
    n, n_items = 120, 40
    target = rng.integers(0, n_items, n)
    parts = []
    for system, skill in (("agent", 3.5), ("strong tool", 3.3), ("weak tool", 0.5)):
        scores = rng.gumbel(size=(n, n_items)).astype(np.float32)
        scores[np.arange(n), target] += skill
        order = np.argsort(-scores, axis=1)[:, :10]
        own = scores[np.arange(n), target][:, None]
        route = np.array(["tools", "reasoner", "both"])[np.arange(n) % 3]
        router: dict[str, Any] = {}
        if system == "agent":
            used = [{"tools": ["a"], "reasoner": [], "both": ["a", "b"]}[name] for name in route]
            router = {"route": route, "tools_used": used, "confidence": rng.uniform(size=n)}
        parts.append(
            Predictions.from_columns(
                query_id=np.arange(n),
                user_id=np.arange(n),
                task="sequential",
                system=system,
                items=order.astype(str),
                scores=np.take_along_axis(scores, order, axis=1),
                target=target.astype(str),
                n_ahead=(scores > own).sum(axis=1),
                n_tied=(scores == own).sum(axis=1) - 1,
                latency_ms=rng.uniform(1, 2, n),
                flops=np.full(n, 2e6),
                group=np.array(["high", "low"])[np.arange(n) % 2],
                own={"age": np.arange(n) % 3},
                **router,
            )
        )
    return Predictions.concat(parts)
