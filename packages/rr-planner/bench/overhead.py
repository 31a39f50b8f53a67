"""What a resilient call costs on top of the models: `python bench/overhead.py [--queries N]`.

The models answer from memory, so the time of a call is the planner's own. Processor time of this process, medians of
seven.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

from rr_planner import Bands, Deliberation, Ledger, Planner, QueryBatch, Ranking, Resilience

K, REPEATS = 10, 7


class Instant:
    """A tool and a reasoner that answer at once."""

    blocking = False
    flops_per_query = flops_with_evidence = 1.0

    def __init__(self, name: str, size: int) -> None:
        """Make the answer."""
        self.name = name
        items, scores = np.tile(np.arange(K), (size, 1)), np.tile(np.linspace(1.0, 0.0, K), (size, 1))
        self._ranking = Ranking(items, scores, np.full(size, 0.9))
        self._deliberation = Deliberation(items, scores, np.full(size, 0.9), ("",) * size)

    def rank(self, queries: QueryBatch, k: int) -> Ranking:
        """Return it."""
        return self._ranking

    def deliberate(self, queries: QueryBatch, k: int, evidence: Mapping[str, Ranking] | None = None) -> Deliberation:
        """Return it."""
        return self._deliberation


def microseconds(run: Callable[[int], None], rounds: int) -> float:
    """Return the median over repeats of the mean processor time of a call."""
    run(rounds // 10 + 1)
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        run(rounds)
        times.append((time.process_time() - start) / rounds)
    return 1e6 * statistics.median(times)


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1, help="in a batch (default 1)")
    size = parser.parse_args().queries
    rounds = max(20, 1000 // size)
    for case, tools, horizon, more in (
        ("one tool delegated to", 1, 0.1, {}),
        ("two tools, one delegated to", 2, 0.1, {}),
        ("the reasoner alone", 2, 0.5, {}),
        ("two tools as evidence for the reasoner", 2, 0.9, {"policy": Bands(reasoner_confidence=1.0)}),
        ("two tools, with a ledger", 2, 0.1, {"ledger": Ledger(keep=100)}),
    ):
        planner = Planner(
            **{
                "tools": [Instant(f"tool{number}", size) for number in range(tools)],
                "reasoner": Instant("reasoner", size),
                "policy": Bands(),
                "resilience": Resilience(deadline_s=1.0),
                "last_resort": np.arange(100),
                "n_items": 100,
                **more,
            }
        )
        queries = QueryBatch.of(users=np.arange(size), histories=[[1]] * size, evidence_horizon=np.full(size, horizon))

        def waiting(count: int, planner: Planner = planner, queries: QueryBatch = queries) -> None:
            for _ in range(count):
                planner.answer(queries, K)

        def awaiting(count: int, planner: Planner = planner, queries: QueryBatch = queries) -> None:
            async def go() -> None:
                for _ in range(count):
                    await planner.aanswer(queries, K)

            asyncio.run(go())

        took = f"{microseconds(waiting, rounds):7.1f} us, awaited {microseconds(awaiting, rounds):7.1f} us"
        sys.stdout.write(f"{size} queries, {case}: {took}\n")


if __name__ == "__main__":
    main()
