"""Outcomes whose best route is known."""

import numpy as np
import pytest

from rr_planner.calibration.boosting import Boosting


@pytest.fixture(scope="session")
def quick():
    return Boosting(rounds=30, leaves=2, learning_rate=0.15, rows_per_leaf=40, patience=8)


@pytest.fixture(scope="session")
def outcomes():
    return _outcomes


def _outcomes(size=2000, seed=0):
    """Well-known users are right with the tools, others with the reasoner, and the unsure with both."""
    generator = np.random.default_rng(seed)
    horizon, sure = generator.random(size), generator.random(size)
    chance = [1 - horizon, 0.2 + 0.5 * sure, np.where(sure < 0.4, 0.75, 0.25 + 0.4 * sure)]
    tools, reasoner, both = (generator.random(size) < one for one in chance)
    other = generator.random(size) < 0.3
    return {
        "evidence_horizon": horizon,
        "tool_confidence": [1 - horizon, np.full(size, 0.3)],
        "tool_gain": [tools, other],
        "tool_names": ("good", "flat"),
        "reasoner_confidence": sure,
        "reasoner_gain": reasoner,
        "both_gain": both,
        "agreement": generator.random(size),
        "users": np.arange(size) // 2,
        "features": {"age": generator.integers(9, size=size)},
    }
