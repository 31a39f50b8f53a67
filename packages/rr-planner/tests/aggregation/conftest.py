"""A fusion made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rr_planner import Isotonic
from rr_planner.aggregation.candidates import Columns
from rr_planner.aggregation.learned_fusion import LearnedFusion
from rr_planner.trees import Trees


@pytest.fixture
def stump() -> Callable[[Sequence[str]], LearnedFusion]:
    """Make a fusion that trusts the first name's rank alone."""

    def make(tools: Sequence[str]) -> LearnedFusion:
        columns = Columns(tuple(sorted(tools)))
        trees = Trees(
            features=columns.names,
            root=np.array([0]),
            feature=np.array([columns.names.index(f"{tools[0]}.rank"), -1, -1]),
            threshold=np.array([1.5, 0.0, 0.0]),
            left=np.array([1, -1, -1]),
            right=np.array([2, -1, -1]),
            missing_left=np.array([False] * 3),
            value=np.array([0.0, 1.0, -1.0]),
        )
        return LearnedFusion(columns, 2, 2, trees, Isotonic((0.0, 1.0), (0.0, 1.0)))

    return make
