"""Whether a trained tool can be put in front of users: odd queries answered, and how fast."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import ServeError
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.runtime.ranking import PADDED, Ranking
from rr_tools.runtime.tool import RuntimeTool

LONG_HISTORY = 200
BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeReport:
    """Latency of single queries (over the full catalogue; a text of an explainer), and throughput of batches.

    Attributes:
        queries: single queries timed.
        p50_ms: median latency in milliseconds.
        p99_ms: 99th percentile.
        batch_queries_per_second: in one batch of 256.
    """

    queries: int
    p50_ms: float
    p99_ms: float
    batch_queries_per_second: float


def odd_queries(n_items: int) -> HistoryQueries:
    """Return what breaks models: no history, unknown items, unknown users, a long history, everything seen."""
    everything = np.arange(n_items)
    histories = [
        np.empty(0, dtype=np.int64),
        np.array([-5, n_items, n_items + 10**9]),
        np.array([0]),
        np.arange(LONG_HISTORY) % n_items,
        everything,
    ]
    return HistoryQueries(users=np.array([-1, 10**9, 0, 0, 0]), histories=histories)


def check_serving(tool: RuntimeTool, *, k: int = 10, queries: int = 200, seed: int = 0) -> ServeReport:
    """Ask a tool odd queries, then time ordinary ones.

    Args:
        tool: a loaded tool.
        k: length of the lists.
        queries: single queries to time.
        seed: of the random histories.

    Raises:
        ServeError: an answer breaks the contract, or torch was imported.
    """
    odd = odd_queries(tool.n_items)
    for width in (k, tool.n_items + 3):
        check_ranking(tool.rank(odd, width), odd, width)
    refuse_torch(tool.name)
    rng = np.random.default_rng(seed)
    asked = HistoryQueries(
        users=rng.integers(0, 1000, queries),
        histories=[rng.integers(0, tool.n_items, 20) for _ in range(queries)],
    )
    times = _single_times(tool, asked, k)
    batch = HistoryQueries(users=np.resize(asked.users, BATCH), histories=(list(asked.histories) * BATCH)[:BATCH])
    started = time.perf_counter()
    tool.rank(batch, k)
    return report_of(times, batch_seconds=time.perf_counter() - started)


def refuse_torch(name: str) -> None:
    """Raise ServeError where torch was imported to serve the tool called `name`."""
    if "torch" in sys.modules:
        raise ServeError(f"serving {name} imported torch; the runtime must do without it")


def report_of(times: NDArray[np.float64], *, batch_seconds: float) -> ServeReport:
    """Return the report on single queries that took `times` [Q], in seconds, and a batch of 256."""
    return ServeReport(
        queries=len(times),
        p50_ms=1e3 * float(np.percentile(times, 50)),
        p99_ms=1e3 * float(np.percentile(times, 99)),
        batch_queries_per_second=BATCH / batch_seconds,
    )


def check_ranking(ranking: Ranking, queries: HistoryQueries, k: int) -> None:
    """Check the form of an answer.

    Raises:
        ServeError: wrong shape, scores that rise or are NaN, an item twice or from the history, a confidence outside
            [0, 1].
    """
    shape = (len(queries.users), k)
    if ranking.items.shape != shape or ranking.scores.shape != shape:
        raise ServeError(f"the answer has shape {ranking.items.shape}; it must be {shape}")
    if np.isnan(ranking.scores).any() or (ranking.scores[:, :-1] < ranking.scores[:, 1:]).any():
        raise ServeError("scores rise along a row or are not numbers")
    if ranking.confidence is not None and not ((ranking.confidence >= 0) & (ranking.confidence <= 1)).all():
        raise ServeError("a confidence lies outside [0, 1]")
    for row, (items, history) in enumerate(zip(ranking.items, queries.histories, strict=True)):
        shown = items[items != PADDED]
        if len(np.unique(shown)) != len(shown) or np.isin(shown, history).any():
            raise ServeError(f"query {row} is answered with an item twice or one from its history")


def _single_times(tool: RuntimeTool, queries: HistoryQueries, k: int) -> NDArray[np.float64]:
    times = np.empty(len(queries.users))
    for row in range(len(times)):
        one = HistoryQueries(users=queries.users[row : row + 1], histories=queries.histories[row : row + 1])
        started = time.perf_counter()
        tool.rank(one, k)
        times[row] = time.perf_counter() - started
    return times
