import math

import numpy as np

from rr_planner import Ranking
from rr_planner.resilience.guard import ask_reasoner, ask_tool

ROWS = np.array([3, 8])


def test_a_good_call(toy_tool, make_queries):
    call = ask_tool(toy_tool(flops_per_query=7.0), make_queries([0.1, 0.2]), 4, ROWS)
    assert (call.model, call.step, call.flops) == ("toy", "answer", 7.0)
    assert call.usable.tolist() == [True, True]
    assert call.seconds > 0


def test_whatever_is_raised_becomes_the_error_of_every_row(toy_tool, make_queries, caplog):
    call = ask_tool(toy_tool(raises=MemoryError("full")), make_queries([0.1, 0.2]), 4, ROWS)
    assert call.answer is None
    assert dict(call.errors) == {0: "MemoryError: full", 1: "MemoryError: full"}
    assert "toy failed to answer 2 queries" in caplog.text


def test_an_invalid_row_leaves_the_others_usable(toy_tool, make_queries, caplog):
    call = ask_tool(toy_tool(broken_users=frozenset({1})), make_queries([0.1, 0.2]), 4, ROWS)
    assert call.usable.tolist() == [True, False]
    assert "1 of 2 answers are invalid" in caplog.text


def test_the_reasoner_with_and_without_evidence(toy_reasoner, make_queries):
    queries = make_queries([0.1, 0.2])
    alone = ask_reasoner(toy_reasoner(), queries, 4, ROWS)
    assert (alone.step, alone.flops, alone.thoughts) == ("deliberate", 100.0, ("user 0", "user 1"))
    evidence = {"a": Ranking.from_scores(np.eye(4)[:2], 4)}
    informed = ask_reasoner(toy_reasoner(), queries, 4, ROWS, evidence)
    assert (informed.step, informed.flops) == ("deliberate with evidence", 200.0)


def test_a_reasoner_must_be_sure_of_something(toy_reasoner, make_queries):
    call = ask_reasoner(toy_reasoner(rated=False, flops_per_query=math.nan), make_queries([0.1]), 4, np.array([0]))
    assert "confidence: received None" in call.errors[0]
