"""Time to decide the routes of a batch, from signals to routes: `python bench/decision.py`."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace

import numpy as np

from rr_planner import Bands, MostConfident, Signals, decide

TOOLS = ("a", "b", "c")
REPEATS = 7


def microseconds(size: int) -> float:
    """Return the median over repeats of the mean time of a decision on a batch, selection of the tool included."""
    generator = np.random.default_rng(0)
    confidence, answered = generator.random((3, size)), np.ones((3, size), dtype=np.bool_)
    columns = {"evidence_horizon": generator.random(size), "reasoner_confidence": generator.random(size)}
    policy, selection, unknown = Bands(), MostConfident(), np.full(size, np.nan)
    ids, nobody = np.arange(size), np.full(size, -1)

    def once() -> None:
        heard = Signals(
            ids, **columns, tool_names=TOOLS, tool_confidence=confidence, delegate=nobody, agreement=unknown
        )
        decide(policy, replace(heard, delegate=selection.select(heard, answered)))

    rounds = max(20, 20_000 // size)
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(rounds):
            once()
        times.append((time.perf_counter() - start) / rounds)
    return 1e6 * statistics.median(times)


if __name__ == "__main__":
    for size in (1, 256, 4096):
        sys.stdout.write(f"{size:5d} queries: {microseconds(size):7.1f} us\n")
