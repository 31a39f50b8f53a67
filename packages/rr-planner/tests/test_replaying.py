"""A recorded decision can be made again, exactly, whatever made it and whatever failed on the way."""

import numpy as np
import pytest

from rr_planner import (
    AlwaysBoth,
    AlwaysReasoner,
    AlwaysTools,
    Bands,
    BestOverall,
    Costs,
    ExpectedBenefit,
    InvalidQueryError,
    Ledger,
    MostUseful,
    Planner,
    Prices,
    QueryBatch,
    Random,
    RandomTool,
    Route,
    Trees,
    replay,
)
from rr_planner.records import decision_to_record

SIZE = 40


def stump(feature, threshold, low, high):
    return Trees(
        features=(feature,),
        root=[0],
        feature=[0, -1, -1],
        threshold=[threshold, 0.0, 0.0],
        left=[1, -1, -1],
        right=[2, -1, -1],
        missing_left=[True, False, False],
        value=[0.0, low, high],
    )


LEARNED = ExpectedBenefit(
    going_on=stump("features.age", 3.0, -0.1, 0.5),
    consulting=stump("agreement", 0.02, 0.0, 0.6),
    asking_again=stump("reasoner_confidence", 0.5, 0.4, -0.1),
    costs=Costs(0.1, 1.0, 1.5),
    prices=Prices(0.1),
)
POLICIES = [
    Bands(reasoner_confidence=0.5),
    Bands(tool_agreement=0.02, low_horizon=0.9, high_horizon=0.9, tool_confidence=0.3),
    AlwaysTools(),
    AlwaysReasoner(),
    AlwaysBoth(),
    Random(seed=3),
    LEARNED,
]
SELECTIONS = [None, BestOverall("b"), RandomTool(), MostUseful({"b": stump("features.age", 5.0, 0.0, 1.0)})]


@pytest.fixture
def recorded(toy_tool, toy_reasoner, tmp_path):
    def make(policy, selection=None, **faults):
        tools = [toy_tool("a", 1), toy_tool("b", 2, broken_users=frozenset({3, 5})), toy_tool("c", 4, rated=False)]
        queries = QueryBatch.of(
            users=np.arange(SIZE),
            ids=[f"q{user}" for user in range(SIZE)],
            histories=[[1, 2]] * SIZE,
            evidence_horizon=np.random.default_rng(0).random(SIZE),
            features={"age": np.arange(SIZE) % 7, "city": np.array(["x"] * SIZE)},
        )
        ledger = Ledger(tmp_path / "ledger.jsonl")
        Planner(tools=tools, reasoner=toy_reasoner(**faults), policy=policy, selection=selection, ledger=ledger).answer(
            queries, 3
        )
        return [answer.decision for answer in Ledger.read(ledger.path)]

    return make


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: one.name)
def test_exactly(recorded, policy, selection):
    decisions = recorded(policy, selection)
    assert len(decisions) == SIZE
    for decision in decisions:
        assert decision_to_record(replay(decision, policy)) == decision_to_record(decision)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "faults", [{"rated": False}, {"broken_users": frozenset(range(10))}], ids=["unrated", "broken"]
)
def test_exactly_where_the_reasoner_gave_no_confidence(recorded, policy, faults):
    for decision in recorded(policy, **faults):
        assert decision_to_record(replay(decision, policy)) == decision_to_record(decision)


def test_the_learned_policy_uses_every_route(recorded):
    assert {decision.route for decision in recorded(LEARNED)} == set(Route)


def test_another_policy_shows_what_it_would_have_done(recorded):
    for decision in recorded(Bands(reasoner_confidence=0.5)):
        again = replay(decision, AlwaysBoth())
        assert again.route is Route.BOTH
        assert again.tools == tuple(decision.tool_confidence)
        assert (again.policy, again.policy_hash) == ("always-both", AlwaysBoth().hash)
        assert replay(again, Bands(reasoner_confidence=0.5)).route is decision.route


def test_a_feature_that_was_not_recorded_is_named(recorded):
    decision = recorded(AlwaysBoth())[0]
    other = ExpectedBenefit(
        going_on=stump("features.city", 3.0, 0.0, 1.0), consulting=LEARNED.consulting, asking_again=LEARNED.asking_again
    )
    with pytest.raises(InvalidQueryError, match=r"features\.city"):
        replay(decision, other)
