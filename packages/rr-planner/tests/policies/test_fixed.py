import numpy as np
import pytest

from rr_planner import (
    AlwaysBoth,
    AlwaysReasoner,
    AlwaysTools,
    InvalidPolicyError,
    InvalidQueryError,
    Oracle,
    Policy,
    QueryBatch,
    Random,
    Route,
    Signals,
    decide,
)
from rr_planner.policies.policy import BOTH, REASONER, TOOLS


def signals(ids):
    size = len(ids)
    queries = QueryBatch.of(users=np.arange(size), ids=ids, histories=[[]] * size, evidence_horizon=np.full(size, 0.5))
    return Signals.of(queries, ("a",))


@pytest.mark.parametrize(
    ("policy", "code"), [(AlwaysTools(), TOOLS), (AlwaysReasoner(), REASONER), (AlwaysBoth(), BOTH)]
)
def test_always(policy, code):
    assert isinstance(policy, Policy)
    known = signals(["x", "y"])
    assert decide(policy, known).tolist() == [code, code]
    assert policy.may_delegate(known).tolist() == [code == TOOLS] * 2
    assert policy.name in policy.reason(known, 0, code)


def test_hashes_differ():
    policies = [AlwaysTools(), AlwaysReasoner(), AlwaysBoth(), Random(), Random(seed=1), Random((1, 0, 0)), Oracle({})]
    assert len({policy.hash for policy in policies}) == len(policies)


def test_random_hangs_on_id_and_seed_alone():
    ids = [f"q{number}" for number in range(3000)]
    routes = decide(Random((0.5, 0.3, 0.2), seed=4), signals(ids))
    assert np.bincount(routes) / 3000 == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    backwards = decide(Random((0.5, 0.3, 0.2), seed=4), signals(ids[::-1]))
    assert backwards.tolist() == routes[::-1].tolist()
    assert decide(Random((0.5, 0.3, 0.2), seed=5), signals(ids)).tolist() != routes.tolist()
    assert set(decide(Random((0.0, 1.0, 0.0)), signals(ids)).tolist()) == {REASONER}


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.5, 0.6, 0.1), (-0.1, 0.6, 0.5), (float("nan"), 0.5, 0.5)])
def test_random_refuses(shares):
    with pytest.raises(InvalidPolicyError, match="probabilities"):
        Random(shares)


def test_oracle():
    policy = Oracle({"x": Route.BOTH, "y": Route.TOOLS})
    assert decide(policy, signals(["y", "x"])).tolist() == [TOOLS, BOTH]
    with pytest.raises(InvalidQueryError, match="'z'"):
        decide(policy, signals(["z"]))


def test_oracle_takes_the_cheapest_of_the_best():
    policy = Oracle.from_gains([1, 2, 3, 4], tools=[1, 0, 0, 0], reasoner=[1, 1, 0, 0], both=[1, 1, 1, 0])
    assert [policy.routes[number] for number in (1, 2, 3, 4)] == [Route.TOOLS, Route.REASONER, Route.BOTH, Route.TOOLS]
