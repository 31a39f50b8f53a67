from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from rr_tools import load_tool
from rr_tools.errors import ServeError
from rr_tools.runtime import serve_check
from rr_tools.runtime.ranking import Ranking


@pytest.fixture
def no_torch(monkeypatch):
    monkeypatch.setattr(sys, "modules", {name: module for name, module in sys.modules.items() if name != "torch"})


def test_a_good_tool_passes(transition_artifact, no_torch):
    report = serve_check.check_serving(load_tool(transition_artifact), queries=20)
    assert 0 < report.p50_ms <= report.p99_ms
    assert report.batch_queries_per_second > 0


def test_torch_in_the_process_is_refused(transition_artifact, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", sys)
    with pytest.raises(ServeError, match="imported torch"):
        serve_check.check_serving(load_tool(transition_artifact), queries=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": np.array([[1, 1]])}, "an item twice"),
        ({"items": np.array([[1, 9]])}, "from its history"),
        ({"items": np.array([[1]])}, "shape"),
        ({"scores": np.array([[0.1, 0.2]])}, "rise"),
        ({"scores": np.array([[np.nan, 0.2]])}, "not numbers"),
        ({"confidence": np.array([1.5])}, "confidence"),
        ({"confidence": np.array([np.nan])}, "confidence"),
    ],
)
def test_a_breach_is_named(make_queries, changes, message):
    good = Ranking(items=np.array([[1, 2]]), scores=np.array([[0.2, 0.1]]), confidence=np.array([0.5]))
    serve_check.check_ranking(good, make_queries([[9]]), 2)
    with pytest.raises(ServeError, match=message):
        serve_check.check_ranking(replace(good, **changes), make_queries([[9]]), 2)
