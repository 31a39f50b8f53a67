"""A decision of ours against one of the package `semantic-router`: `python bench/semantic_routing.py`.

Needs `pip install "semantic-router>=1.1"` in an environment of its own. Its encoder here makes up a vector at once, so
that what is timed is the routing; its three routes, as many as `Bands` has, have five utterances each. It is called and
awaited, a query at a time: it decides no batches. Processor time, medians of seven.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from decision import REPEATS, microseconds
from semantic_router import IndexedRouter, Route
from semantic_router.encoders import DenseEncoder

from rr_planner import Bands, MostConfident

WIDTH, ROUTES, UTTERANCES, ROUNDS = 384, ("tools", "reasoner", "both"), 5, 300
VECTORS = np.random.default_rng(0).normal(size=(40, WIDTH)).tolist()


class MadeUpVectors(DenseEncoder):
    """Answers at once."""

    name: str = "made-up"
    type: str = "made-up"

    def __call__(self, docs: list[Any]) -> list[list[float]]:
        """Return a vector for each text, the same one for texts of the same length."""
        return [VECTORS[len(text)] for text in docs]

    async def acall(self, docs: list[Any]) -> list[list[float]]:
        """Do the same."""
        return self(docs)


def router() -> IndexedRouter:
    """Return a router with three routes in memory."""
    routes = [Route(name=name, utterances=[name + "x" * n for n in range(UTTERANCES)]) for name in ROUTES]
    return IndexedRouter(encoder=MadeUpVectors(name="made-up"), routes=routes)


def called(theirs: IndexedRouter) -> None:
    """Route some queries one by one."""
    for _ in range(ROUNDS):
        theirs("a query")


def awaited(theirs: IndexedRouter) -> None:
    """Do the same in one event loop."""

    async def go() -> None:
        for _ in range(ROUNDS):
            await theirs.acall("a query")

    asyncio.run(go())


def median_microseconds(rounds: Callable[[], None]) -> float:
    """Return the median over repeats of the mean processor time of a query."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        rounds()
        times.append((time.process_time() - start) / ROUNDS)
    return 1e6 * statistics.median(times)


if __name__ == "__main__":
    theirs = router()
    took = [median_microseconds(lambda: called(theirs)), median_microseconds(lambda: awaited(theirs))]
    sys.stdout.write(f"semantic-router: {took[0]:.1f} us called, {took[1]:.1f} us awaited\n")
    for size in (1, 256):
        each = microseconds(Bands(), MostConfident(), size) / size
        times = " and ".join(f"{other / each:.1f}" for other in took)
        sys.stdout.write(f"rr-planner, {size} at once: {each:.2f} us a decision, {times} times as fast\n")
