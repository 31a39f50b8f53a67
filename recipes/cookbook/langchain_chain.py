"""A LangChain chain as the reasoner: `reasoner(chain)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rr_planner import Deliberation, FunctionReasoner, QueryBatch


def reasoner(chain: Any) -> FunctionReasoner:
    """Wrap a chain that takes `history`, `evidence` and `k` and gives `items`, `confidence` and `thought`.

    Such as `prompt | model | JsonOutputParser()`. All queries of a batch run at the same time (`chain.batch`).
    """

    def deliberate(queries: QueryBatch, k: int, evidence: Mapping[str, Any] | None) -> Deliberation:
        questions = [
            {"history": history.tolist(), "evidence": _told(evidence, row), "k": k}
            for row, history in enumerate(queries.histories)
        ]
        replies = chain.batch(questions)
        items, scores = np.zeros((len(queries), k), dtype=np.int64), np.full((len(queries), k), -np.inf)
        for row, reply in enumerate(replies):
            listed = list(dict.fromkeys(int(item) for item in reply["items"]))[:k]
            items[row, : len(listed)], scores[row, : len(listed)] = listed, -np.arange(len(listed))
        sure = np.array([float(reply["confidence"]) for reply in replies])
        return Deliberation(items, scores, sure, [str(reply.get("thought", "")) for reply in replies])

    return FunctionReasoner("chain", deliberate)


def _told(evidence: Mapping[str, Any] | None, row: int) -> dict[str, list[int]]:
    return {name: np.asarray(ranking.items)[row].tolist() for name, ranking in (evidence or {}).items()}
