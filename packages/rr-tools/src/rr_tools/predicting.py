"""A tool's answers as rows of the predictions table (`docs/interfaces.md`)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.asked_queries import AskedQueries
from rr_tools.ensembles import Ensemble
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.runtime.ranking import PADDED, Ranking
from rr_tools.runtime.tool import RuntimeTool

QUERIES_PER_BATCH = 256
Row = dict[str, Any]


def predictions(tool: RuntimeTool | Ensemble, asked: AskedQueries, *, k: int, task: str) -> Iterator[list[Row]]:
    """Yield a batch of rows of the predictions table at a time, in the order of the queries.

    Args:
        tool: who answers. Of a single tool the whole catalogue is scored, so the target's rank is exact although the
            list is cut; an ensemble ranks what its tools list, and `n_ahead` and `n_tied` stay None.
        asked: the queries.
        k: length of the lists.
        task: what the rows say they are: "sequential" or "direct".
    """
    common = {
        "task": task,
        "system": tool.name,
        "route": None,
        "tools_used": list(tool.tool_names) if isinstance(tool, Ensemble) else [tool.name],
        "flops": tool.flops_per_query if np.isfinite(tool.flops_per_query) else None,
    }
    for first in range(0, len(asked), QUERIES_PER_BATCH):
        rows = slice(first, min(first + QUERIES_PER_BATCH, len(asked)))
        queries = _part(asked.queries, rows)
        started = time.perf_counter()
        ranking = tool.rank(queries, k)
        common["latency_ms"] = 1e3 * (time.perf_counter() - started) / len(queries.users)
        places = _places(tool.scores(queries), asked.targets[rows]) if isinstance(tool, RuntimeTool) else None
        yield [
            {**common, **_asked(asked, query), **_answered(ranking, row, asked.item_ids), **_placed(places, row)}
            for row, query in enumerate(range(rows.start, rows.stop))
        ]


def _part(queries: HistoryQueries, rows: slice) -> HistoryQueries:
    candidates = None if queries.candidates is None else queries.candidates[rows]
    return HistoryQueries(queries.users[rows], queries.histories[rows], candidates)


def _asked(asked: AskedQueries, query: int) -> Row:
    return {
        "query_id": asked.ids[query],
        "user_id": asked.user_ids[query],
        "target": asked.target_ids[query],
        "group": None if asked.groups is None else asked.groups[query],
    }


def _answered(ranking: Ranking, row: int, item_ids: Sequence[str] | None) -> Row:
    shown = ranking.items[row] != PADDED
    codes = ranking.items[row][shown].tolist()
    return {
        "items": [str(code) if item_ids is None else item_ids[code] for code in codes],
        "scores": ranking.scores[row][shown].tolist(),
        "confidence": None if ranking.confidence is None else float(ranking.confidence[row]),
    }


def _placed(places: NDArray[np.int64] | None, row: int) -> Row:
    known = places is not None and places[row, 0] >= 0
    return {
        "n_ahead": int(places[row, 0]) if places is not None and known else None,
        "n_tied": int(places[row, 1]) if places is not None and known else None,
    }


def _places(scores: NDArray[np.float32], targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return [B, 2] the items above each target and those tied with it; -1 where there is no target.

    A target that is not ranked, for it stands in the history, is behind everything that is.
    """
    own = scores[np.arange(len(targets)), np.maximum(targets, 0)][:, None]
    ahead, tied = (scores > own).sum(axis=1), (scores == own).sum(axis=1) - 1
    places = np.column_stack([ahead, np.where(np.isneginf(own[:, 0]), 0, tied)])
    return np.where(targets[:, None] >= 0, places, -1)
