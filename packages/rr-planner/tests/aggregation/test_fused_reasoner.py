from dataclasses import replace

import numpy as np
import pytest

from rr_planner import AlwaysReasoner, FunctionTool, FusedReasoner, InvalidPolicyError, Planner, Ranking
from rr_planner.testing import check_reasoner


@pytest.fixture
def fused(toy_tool, toy_reasoner, stump):
    return FusedReasoner(toy_reasoner(), toy_tool(), stump(["toy", "vlm"]))


def test_it_answers_with_the_fusion_and_thinks_like_the_reasoner(fused, make_queries, stump):
    queries = make_queries([0.1, 0.9])
    answer = fused.deliberate(queries, 3)
    own, light = fused.reasoner.deliberate(queries, 2), fused.tool.rank(queries, 2)
    expected = stump(["toy", "vlm"]).fuse({"vlm": own, "toy": light}, queries, 3)
    assert answer.items.tolist() == expected.items.tolist()
    assert answer.items[:, 0].tolist() == light.items[:, 0].tolist()
    assert answer.confidence.tolist() == expected.confidence.tolist()
    assert answer.thoughts == ("user 0", "user 1")


def test_with_evidence_it_answers_as_the_reasoner_does(fused, make_queries):
    queries = make_queries([0.1, 0.9])
    evidence = {"other": Ranking(np.array([[1, 2], [3, 4]]), np.array([[1.0, 0.5]] * 2), np.ones(2))}
    answer = fused.deliberate(queries, 2, evidence)
    assert answer.items.tolist() == fused.reasoner.deliberate(queries, 2, evidence).items.tolist()
    assert fused.tool.seen == []


def test_a_tool_that_raises_is_left_out(toy_reasoner, stump, make_queries, caplog):
    def broken(queries, k):
        raise RuntimeError("down")

    fused = FusedReasoner(toy_reasoner(), FunctionTool("toy", broken), stump(["vlm", "toy"]))
    answer = fused.deliberate(make_queries([0.1]), 2)
    assert answer.items.tolist() == toy_reasoner().deliberate(make_queries([0.1]), 2).items.tolist()
    assert "toy is left out of what vlm answers" in caplog.text


def test_it_keeps_the_contract_of_a_reasoner(fused):
    check_reasoner(fused, n_items=30, candidates_supported=False)


def test_it_costs_what_both_cost_and_with_evidence_what_the_reasoner_costs(fused):
    assert (fused.flops_per_query, fused.flops_with_evidence) == (110.0, 200.0)


def test_a_planner_takes_it_for_the_reasoner(fused, toy_tool, make_queries):
    planner = Planner(tools=[toy_tool()], reasoner=fused, policy=AlwaysReasoner())
    answer = planner.answer(make_queries([0.5]), 2)[0]
    assert (answer.served_by, answer.thought, answer.flops) == ("vlm", "user 0", 110.0)


def test_a_fusion_that_does_not_fit_is_refused(toy_tool, toy_reasoner, stump):
    with pytest.raises(InvalidPolicyError, match="fusion"):
        FusedReasoner(toy_reasoner(), toy_tool(), stump(["vlm", "another"]))
    with pytest.raises(InvalidPolicyError, match="fusion"):
        FusedReasoner(toy_reasoner(), toy_tool(name="vlm"), stump(["vlm"]))
    with pytest.raises(InvalidPolicyError, match="calibrated"):
        FusedReasoner(toy_reasoner(), toy_tool(), replace(stump(["vlm", "toy"]), confidence=None))
