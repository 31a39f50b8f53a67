"""An explainer's texts as rows of the predictions table (`docs/interfaces.md`)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from rr_tools.asked_pairs import AskedPairs
from rr_tools.runtime.explainer import TASK, Explainer

PAIRS_PER_BATCH = 256
TEXT_COLUMNS = ("reason", "reference", "feature")
Row = dict[str, Any]


def explanations(explainer: Explainer, asked: AskedPairs) -> Iterator[list[Row]]:
    """Yield a batch of rows of the predictions table at a time, in the order of the pairs.

    The one item of a row is the explained one, with the score 0: nothing was ranked. What was written stands in the
    column `reason`, what a person wrote in `reference`, and what it speaks of in `feature`.
    """
    for first in range(0, len(asked), PAIRS_PER_BATCH):
        rows = range(first, min(first + PAIRS_PER_BATCH, len(asked)))
        part = slice(rows.start, rows.stop)
        started = time.perf_counter()
        texts = explainer.explain(asked.users[part], asked.items[part], asked.ratings[part], asked.features[part])
        common = {
            "task": TASK,
            "system": explainer.name,
            "scores": [0.0],
            "n_ahead": None,
            "n_tied": None,
            "confidence": None,
            "route": None,
            "tools_used": [explainer.name],
            "latency_ms": 1e3 * (time.perf_counter() - started) / len(rows),
            "flops": explainer.card.flops_per_query,
            "group": None,
        }
        yield [{**common, **_asked(asked, row), "reason": text} for row, text in zip(rows, texts, strict=True)]


def _asked(asked: AskedPairs, row: int) -> Row:
    return {
        "query_id": asked.ids[row],
        "user_id": asked.user_ids[row],
        "items": [asked.item_ids[row]],
        "target": asked.item_ids[row],
        "reference": asked.references[row],
        "feature": asked.features[row],
    }
