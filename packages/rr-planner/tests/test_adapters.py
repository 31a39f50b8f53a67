import math

import numpy as np
import pytest

from rr_planner import (
    Deliberation,
    FunctionReasoner,
    FunctionTool,
    InvalidAnswerError,
    Ranking,
    Reasoner,
    Tool,
)
from rr_planner.testing import check_reasoner, check_tool

N = 20


def score(queries, k, evidence=None):
    table = np.tile(np.linspace(0, 1, N), (len(queries), 1))
    if queries.candidates is not None:
        table = np.take_along_axis(table, queries.candidates, 1)
    return Ranking.from_scores(table, k, confidence=np.full(len(queries), 0.5), candidates=queries.candidates)


def test_functions_keep_the_contracts():
    tool, reasoner = FunctionTool("f", score), FunctionReasoner("g", score)
    assert isinstance(tool, Tool)
    assert isinstance(reasoner, Reasoner)
    assert math.isnan(tool.flops_per_query)
    check_tool(tool, n_items=N)
    check_reasoner(reasoner, n_items=N)


def test_thoughts_are_kept_and_confidence_is_demanded(make_queries):
    queries = make_queries([0.1])

    def thinking(queries, k, evidence):
        plain = score(queries, k)
        return Deliberation(plain.items, plain.scores, plain.confidence, ["hm"])

    assert FunctionReasoner("g", thinking).deliberate(queries, 2).thoughts == ["hm"]
    assert FunctionReasoner("g", score).deliberate(queries, 2).thoughts == ("",)
    with pytest.raises(InvalidAnswerError, match="confidence"):
        FunctionReasoner("g", lambda queries, k, evidence: Ranking.from_scores([[1.0]], k)).deliberate(queries, 1)
