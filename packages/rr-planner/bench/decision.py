"""Time to decide the routes of a batch, from signals to routes: `python bench/decision.py`.

The learned policy and selection are fitted on random outcomes with LightGBM (extra `calibration`) and timed with NumPy.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace

import numpy as np

from rr_planner import (
    Bands,
    MostConfident,
    OutcomeTable,
    Policy,
    Selection,
    Signals,
    calibrate_benefits,
    decide,
    fit_selection,
)

TOOLS = ("a", "b", "c")
REPEATS = 7


def known(size: int, seed: int = 0) -> Signals:
    """Return what is known of random queries before a tool is selected."""
    generator = np.random.default_rng(seed)
    return Signals(
        ids=np.arange(size),
        evidence_horizon=generator.random(size),
        tool_names=TOOLS,
        tool_confidence=generator.random((3, size)),
        delegate=np.full(size, -1),
        agreement=np.full(size, np.nan),
        reasoner_confidence=generator.random(size),
    )


def outcomes(size: int = 4000, seed: int = 0) -> OutcomeTable:
    """Return random queries with outcomes that confidence and horizon tell something of, together more than alone."""
    signals, draw = known(size, seed), np.random.default_rng(1 + 1000 * seed).random((5, size))
    sure = np.maximum(signals.reasoner_confidence, signals.evidence_horizon)
    return OutcomeTable.of(
        evidence_horizon=signals.evidence_horizon,
        tool_confidence=signals.tool_confidence,
        tool_gain=draw[:3] < signals.tool_confidence * (1 - signals.evidence_horizon),
        tool_names=TOOLS,
        reasoner_confidence=signals.reasoner_confidence,
        reasoner_gain=draw[3] < signals.reasoner_confidence,
        both_gain=draw[4] < sure,
    )


def microseconds(policy: Policy, selection: Selection, size: int) -> float:
    """Return the median over repeats of the mean CPU time of a decision on a batch, selection of the tool included."""
    signals, answered = known(size), np.ones((3, size), dtype=np.bool_)

    def once() -> None:
        decide(policy, replace(signals, delegate=selection.select(signals, answered)))

    rounds = max(5, 20_000 // size)
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(rounds):
            once()
        times.append((time.process_time() - start) / rounds)
    return 1e6 * statistics.median(times)


if __name__ == "__main__":
    table = outcomes()
    learned = calibrate_benefits(table).policy
    chosen = fit_selection(table).selection
    for name, policy, selection in (
        ("Bands, MostConfident", Bands(), MostConfident()),
        ("ExpectedBenefit, MostConfident", learned, MostConfident()),
        ("ExpectedBenefit, MostUseful", learned, chosen),
    ):
        for size in (1, 256, 4096):
            sys.stdout.write(f"{name:30}  {size:5d} queries: {microseconds(policy, selection, size):8.1f} us\n")
    count = {name: len(trees.root) for name, trees in (*learned.trees.items(), *chosen.usefulness.items())}
    sys.stdout.write(f"trees: {count}\n")
