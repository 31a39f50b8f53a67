import numpy as np
import pytest

from rr_planner import Bands, Planner, Route


@pytest.fixture
def answers(toy_tool, toy_reasoner, make_queries):
    run = Planner(tools=[toy_tool("a", rated=False)], reasoner=toy_reasoner(), policy=Bands(tool_confidence=0.0))
    return run.answer(make_queries([0.1, 0.5, 0.9, 0.2]), 3)


def test_is_a_sequence(answers):
    assert len(answers) == 4
    assert [answer.query_id for answer in answers] == ["q0", "q1", "q2", "q3"]
    assert answers[-1].query_id == "q3"
    assert [answer.query_id for answer in answers.take([2, 0])] == ["q2", "q0"]
    with pytest.raises(IndexError):
        answers[4]


def test_array_views(answers):
    assert answers.ranking.items.shape == (4, 3)
    assert answers.routes.tolist() == [answer.route for answer in answers]
    assert answers.share(Route.TOOLS) == 0.5
    assert sum(answers.share(route) for route in Route) == 1
    assert np.isnan(answers.confidence[[0, 3]]).all()  # the tool has none


def test_columns_of_a_predictions_table(answers):
    columns = answers.to_columns()
    assert set(columns) == {
        "query_id",
        "items",
        "scores",
        "confidence",
        "route",
        "tools_used",
        "latency_ms",
        "flops",
        "thought",
        "reason",
    }
    assert all(len(values) == 4 for values in columns.values())
    for row, answer in enumerate(answers):
        assert columns["query_id"][row] == answer.query_id
        assert columns["items"][row] == answer.items.tolist()
        assert columns["scores"][row] == answer.scores.tolist()
        assert columns["route"][row] == answer.route.value
        assert columns["tools_used"][row] == list(answer.tools_used)
        assert columns["flops"][row] == answer.flops
        assert columns["thought"][row] == answer.thought
        assert columns["reason"][row] == answer.decision.reason
    assert columns["confidence"][0] is None


def test_a_decision_holds_what_the_policy_saw(answers):
    decision = answers[0].decision
    assert decision.tool_confidence.keys() == {"a"}
    assert (decision.policy, decision.policy_hash) == ("bands", answers.policy.hash)
    assert decision.evidence_horizon == 0.1
    assert np.isnan(decision.reasoner_confidence)
    assert answers[1].decision.reasoner_confidence == answers[1].decision.confidence == answers[1].confidence


def test_ids_are_plain_values(toy_tool, toy_reasoner):
    from rr_planner import QueryBatch

    run = Planner(tools=[toy_tool()], reasoner=toy_reasoner(), policy=Bands())
    queries = QueryBatch.of(users=[4], histories=[[]], evidence_horizon=[0.5])
    assert type(run.answer(queries, 1)[0].query_id) is int
