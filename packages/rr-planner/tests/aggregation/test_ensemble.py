import numpy as np
import pytest

from rr_planner import Ensemble, FunctionTool, InvalidPolicyError, Isotonic, QueryBatch, Ranking, majority_vote
from rr_planner.testing import check_tool

N_ITEMS = 12


def tool(name, seed, confidence=None):
    """Scores that hang on the history alone; items of the history are not ranked."""

    def rank(queries, k):
        scores = np.stack(
            [
                np.random.default_rng([seed, *(int(item) % 2**32 for item in history)]).random(N_ITEMS)
                for history in queries.histories
            ]
            or [np.empty(N_ITEMS)]
        )[: len(queries)]
        for row, history in enumerate(queries.histories):
            scores[row, history[(history >= 0) & (history < N_ITEMS)]] = -np.inf
        if queries.candidates is not None:
            allowed = np.zeros(scores.shape, dtype=bool)
            for row, candidates in enumerate(queries.candidates):
                allowed[row, candidates[candidates < N_ITEMS]] = True
            scores[~allowed] = -np.inf
        sure = None if confidence is None else np.full(len(queries), confidence)
        return Ranking.from_scores(scores, k, confidence=sure)

    return FunctionTool(name, rank, flops_per_query=10.0)


def broken(queries, k):
    raise RuntimeError("down")


BATCH = QueryBatch.of(users=[1, 2, 3], histories=[[1], [2, 3], []], evidence_horizon=[0.1, 0.5, 1.0])


def test_it_answers_with_the_vote_over_lists_of_the_depth():
    members = [tool("a", 1), tool("b", 2), tool("c", 3)]
    vote = Ensemble("vote", members, depth=4).rank(BATCH, 2)
    expected = majority_vote([member.rank(BATCH, 4) for member in members], 2)
    assert vote.items.tolist() == expected.items.tolist()
    assert vote.scores.tolist() == expected.scores.tolist()


def test_it_keeps_the_contract_of_a_tool():
    check_tool(Ensemble("vote", [tool("a", 1, 0.2), tool("b", 2, 0.4)]), n_items=N_ITEMS)


def test_its_confidence_is_the_calibrated_mean_of_those_who_have_one():
    members = [tool("a", 1, 0.2), tool("b", 2), tool("c", 3, 0.6)]
    assert Ensemble("vote", members).rank(BATCH, 2).confidence == pytest.approx([0.4] * 3)
    halved = Ensemble("vote", members, calibration=Isotonic((0.0, 1.0), (0.0, 0.5)))
    assert halved.rank(BATCH, 2).confidence == pytest.approx([0.2] * 3)
    assert Ensemble("vote", [tool("a", 1)]).rank(BATCH, 2).confidence is None


def test_a_member_that_raises_is_left_out():
    members = [FunctionTool("x", broken), tool("b", 2)]
    vote = Ensemble("vote", members).rank(BATCH, 3)
    assert vote.items.tolist() == tool("b", 2).rank(BATCH, 3).items.tolist()


def test_without_a_member_that_answers_it_raises():
    with pytest.raises(RuntimeError, match="down"):
        Ensemble("vote", [FunctionTool("x", broken)]).rank(BATCH, 3)


def test_it_costs_what_its_members_cost():
    assert Ensemble("vote", [tool("a", 1), tool("b", 2)]).flops_per_query == 20.0


@pytest.mark.parametrize(
    ("name", "members", "depth"), [("vote", [], 5), ("a", [tool("a", 1)], 5), ("vote", [tool("a", 1)], 0)]
)
def test_parts_that_do_not_fit_are_refused(name, members, depth):
    with pytest.raises(InvalidPolicyError):
        Ensemble(name, members, depth=depth)


def test_a_learned_fusion_ranks_instead_of_the_vote(stump):
    tools = [FunctionTool("a", lambda q, k: Ranking.from_scores(np.tile([3.0, 2.0, 1.0], (len(q), 1)), k))]
    tools += [FunctionTool("b", lambda q, k: Ranking.from_scores(np.tile([1.0, 2.0, 3.0], (len(q), 1)), k))]
    queries = QueryBatch.of(users=[7], histories=[[]], evidence_horizon=[1.0])
    fused = Ensemble("both", tools, fusion=stump(["b", "a"])).rank(queries, 3)
    assert fused.items.tolist() == [[2, 0, 1]]
    assert 0 < fused.confidence[0] <= 1


def test_a_fusion_of_other_tools_or_a_second_calibration_is_refused(stump):
    tools = [FunctionTool("a", lambda q, k: None), FunctionTool("c", lambda q, k: None)]
    with pytest.raises(InvalidPolicyError, match=r"fusion: received one of \('a', 'b'\)"):
        Ensemble("both", tools, fusion=stump(["b", "a"]))
    with pytest.raises(InvalidPolicyError, match="calibration"):
        Ensemble("both", tools, Isotonic((0.0,), (0.5,)), fusion=stump(["c", "a"]))
