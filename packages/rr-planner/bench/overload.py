"""Ten times the load that is admitted: `python bench/overload.py`. The admitted must not notice, the rest be refused.

A tool that takes 50 ms; 20 requests are admitted at once. Callers ask again as soon as they have an answer; refused
ones wait 50 ms.
"""

from __future__ import annotations

import asyncio
import sys
import time

import numpy as np

from rr_planner import AlwaysTools, OverloadedError, Planner, QueryBatch, Ranking, Resilience

K, ADMITTED, TAKES_S, LASTS_S = 5, 20, 0.05, 10.0
QUERY = QueryBatch.of(users=[1], histories=[[1]], evidence_horizon=[0.1])


class Slow:
    """A tool and a reasoner that take a while."""

    flops_per_query = flops_with_evidence = 1.0

    def __init__(self, name: str) -> None:
        """Give it a name."""
        self.name = name

    async def arank(self, queries: QueryBatch, k: int) -> Ranking:
        """Answer after a while."""
        await asyncio.sleep(TAKES_S)
        return Ranking(np.arange(k)[None], np.linspace(1, 0, k)[None], np.array([0.9]))

    adeliberate = arank


async def load(callers: int) -> tuple[list[float], list[float]]:
    """Return the seconds of admitted and of refused requests."""
    planner = Planner(
        tools=[Slow("tool")],
        reasoner=Slow("reasoner"),
        policy=AlwaysTools(),
        resilience=Resilience(deadline_s=5.0, admitted=ADMITTED),
    )
    admitted: list[float] = []
    refused: list[float] = []
    end = time.perf_counter() + LASTS_S

    async def call() -> None:
        while (start := time.perf_counter()) < end:
            try:
                await planner.aanswer(QUERY, K)
                admitted.append(time.perf_counter() - start)
            except OverloadedError:
                refused.append(time.perf_counter() - start)
                await asyncio.sleep(TAKES_S)

    await asyncio.gather(*[call() for _ in range(callers)])
    return admitted, refused


def main() -> None:
    """Print the 99th percentiles without and with overload."""
    for callers in (ADMITTED, 10 * ADMITTED):
        admitted, refused = asyncio.run(load(callers))
        shed = f", refused {len(refused)} in p99 {1e3 * np.quantile(refused, 0.99):.2f} ms" if refused else ""
        took = 1e3 * np.quantile(admitted, 0.99)
        sys.stdout.write(f"{callers} callers: admitted {len(admitted)}, p99 {took:.1f} ms{shed}\n")


if __name__ == "__main__":
    main()
