"""A classifier of scikit-learn as a tool or as the reasoner: `tool(model, columns)`, `reasoner(model, columns)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rr_planner import FunctionReasoner, FunctionTool, QueryBatch, Ranking


def tool(model: Any, columns: Sequence[str]) -> FunctionTool:
    """Wrap a fitted classifier whose classes are item ids; it reads feature columns of the queries."""
    return FunctionTool("classifier", lambda queries, k: _rank(model, columns, queries, k))


def reasoner(model: Any, columns: Sequence[str]) -> FunctionReasoner:
    """Do the same as a reasoner that takes no notice of the tools' answers."""

    def deliberate(queries: QueryBatch, k: int, evidence: Mapping[str, Any] | None) -> Ranking:
        return _rank(model, columns, queries, k)

    return FunctionReasoner("classifier", deliberate)


def _rank(model: Any, columns: Sequence[str], queries: QueryBatch, k: int) -> Ranking:
    if len(queries) == 0:
        return Ranking.from_scores(np.empty((0, 1)), k, confidence=[])
    table = model.predict_proba(np.column_stack([queries.features[name] for name in columns]))
    classes = np.tile(model.classes_, (len(table), 1))
    # The probability of the first item; calibrate it with `Temperature.fit` or `Isotonic.fit` on outcomes.
    return Ranking.from_scores(table, k, confidence=table.max(1), candidates=classes)
