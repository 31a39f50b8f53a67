"""The learned policy by hand: trees of one leaf, so that every benefit is a number that is known."""

import contextlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import Costs, ExpectedBenefit, InvalidPolicyError, Policy, Prices, Signals, Trees, decide, load_policy
from rr_planner.policies.expected_benefit import Benefits
from rr_planner.policies.file import save_policy
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS

NAN = float("nan")
COSTS = Costs(tools=0.1, reasoner=1.0, evidence=2.0)


def constant(value, feature="evidence_horizon"):
    return Trees(
        features=(feature,), root=[0], feature=[-1], threshold=[0.0], left=[-1], right=[-1], missing_left=[False],
        value=[value],
    )  # fmt: skip


def policy(going_on=0.0, consulting=0.0, asking_again=0.0, **prices):
    return ExpectedBenefit(
        going_on=constant(going_on),
        consulting=constant(consulting),
        asking_again=constant(asking_again),
        costs=COSTS,
        prices=Prices(**prices),
    )


def signals(*, served=True, own=0.5, horizon=0.0, size=1):
    return Signals(
        ids=np.arange(size),
        evidence_horizon=np.full(size, horizon),
        tool_names=("light",),
        tool_confidence=np.full((1, size), 0.4),
        delegate=np.full(size, 0 if served else -1),
        agreement=np.full(size, NAN),
        reasoner_confidence=np.full(size, own),
    )


@pytest.mark.parametrize(
    ("benefits", "prices", "first", "last"),
    [
        ((-0.1, -0.1, 0.0), {}, TOOLS, TOOLS),
        ((0.0, 0.0, 0.0), {}, TOOLS, TOOLS),  # of equal ones the cheapest
        ((0.2, 0.1, 0.0), {}, PENDING, REASONER),
        ((0.2, 0.1, 0.1), {}, PENDING, BOTH),
        ((0.2, 0.3, 0.0), {}, BOTH, BOTH),
        ((0.2, 0.3, 0.0), {"cost": 0.15}, PENDING, REASONER),  # .2 - .15 > .3 - .3
        ((0.2, 0.3, 0.3), {"cost": 0.15}, PENDING, REASONER),  # asking again costs .3 and gains no more
        ((0.2, 0.3, 0.31), {"cost": 0.15}, PENDING, BOTH),
        ((0.2, 0.3, 0.0), {"cost": 0.3}, TOOLS, TOOLS),
        ((-0.2, -0.3, 0.0), {"tools": 0.3}, PENDING, REASONER),
        ((0.2, -0.3, 0.0), {"tools": -0.3}, TOOLS, TOOLS),
        ((0.5, 0.6, 0.1), {"tools": 0.2}, PENDING, REASONER),
    ],
)
def test_the_largest_benefit_above_its_price(benefits, prices, first, last):
    it = policy(*benefits, **prices)
    assert it.triage(signals()).tolist() == [first]
    assert decide(it, signals()).tolist() == [last]


def test_no_tool_and_no_confidence():
    nobody = signals(served=False)
    assert policy(-0.5, -0.6).triage(nobody).tolist() == [PENDING]
    assert policy(-0.6, -0.5).triage(nobody).tolist() == [BOTH]
    assert policy(0.5, 0.1).escalate(signals(own=NAN)).tolist() == [BOTH]
    assert policy().may_delegate(signals(size=3)).all()


def test_of_equal_benefits_that_over_the_less_confident_answer_counts_more():
    sure = np.array([[0.9, 0.5, 0.1]])
    given = replace(signals(size=3, own=0.5), tool_confidence=sure, reasoner_confidence=sure[0])
    alike = Benefits.of(policy(0.2, 0.2, 0.2), given)
    for gains in (alike.going_on, alike.consulting, alike.asking_again):
        assert (np.diff(gains) > 0).all()
        assert gains == pytest.approx(0.2, abs=2e-6)
    none = Benefits.of(policy(0.2), signals(served=False, own=NAN))
    assert np.isfinite([none.going_on[0], none.asking_again[0]]).all()


def test_of_equal_benefits_that_of_the_less_known_user_counts_more():
    it, mixed = policy(0.2, cost=0.2 - 5e-7), signals(size=3)
    horizons = replace(mixed, evidence_horizon=np.array([0.0, 1.0, 0.4]))
    assert it.triage(horizons).tolist() == [TOOLS, PENDING, TOOLS]
    assert policy().triage(replace(mixed, evidence_horizon=np.ones(3))).tolist() == [TOOLS] * 3


def test_words_hold_the_numbers():
    cheap = policy(0.2, 0.1, 0.05, cost=0.15)
    said = cheap.reason(signals(), 0, REASONER)
    assert said == (
        "medium risk: over light's answer the reasoner is expected to gain +0.2000 at a price of 0.1500, and +0.1000 "
        "at 0.3000 with evidence; asking it again is expected to gain +0.0500, no more than 0.3000"
    )
    assert policy(0.2, 0.3).reason(signals(), 0, BOTH).startswith("high risk: over light's answer")
    assert "no tool answered" in policy(0.2).reason(signals(served=False), 0, PENDING)
    assert policy(0.2).reason(signals(own=NAN), 0, BOTH).endswith("the reasoner's confidence is unknown")
    priced = policy(-0.2, -0.3, 0.1, tools=0.3).reason(signals(), 0, REASONER)
    assert "-0.2000 at a price of -0.3000, and -0.3000 at 0.0000 with evidence" in priced
    assert "+0.1000, no more than 0.3000" in priced


@pytest.mark.parametrize("step", ["going_on", "consulting"])
def test_trees_see_nothing_that_is_not_known_yet(step):
    trees = {name: constant(0.0) for name in ("going_on", "consulting", "asking_again")}
    with pytest.raises(InvalidPolicyError, match=rf"{step}\.features: received 'reasoner_confidence'"):
        ExpectedBenefit(**trees | {step: constant(0.0, "reasoner_confidence")})
    assert ExpectedBenefit(**trees | {"asking_again": constant(0.0, "reasoner_confidence")}).name == "expected-benefit"
    assert ExpectedBenefit(**trees | {step: constant(0.0, "agreement")}).uses_agreement
    assert ExpectedBenefit(**trees | {step: constant(0.0, "features.age")}).query_features == ("age",)


def test_the_hash_is_of_trees_costs_and_prices():
    hashes = {policy().hash, policy(0.1).hash, policy(0.0, 0.1).hash, policy(cost=0.1).hash, policy(tools=0.1).hash}
    assert len(hashes) == 5
    assert ExpectedBenefit.from_dict(policy().to_dict()).hash == policy().hash
    assert isinstance(policy(), Policy)


PATHS = [
    (),
    ("going_on",),
    ("costs",),
    ("prices",),
    ("costs", "reasoner"),
    ("prices", "cost"),
    ("prices", "tools"),
    *(("asking_again", name) for name in policy().going_on.to_dict()),
]


@given(
    st.sampled_from(PATHS),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 70),
        st.floats(),
        st.text(max_size=3),
        st.lists(st.one_of(st.integers(-2, 2), st.floats(), st.none()), max_size=2),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=1),
    ),
)
def test_a_broken_file_is_refused_or_read_and_nothing_else(tmp_path_factory, path, junk):
    file = tmp_path_factory.getbasetemp() / "broken.json"
    save_policy(policy(0.1), file)
    content = json.loads(file.read_text())
    del content["hash"]
    *outer, last = ("settings", *path)
    place = content
    for name in outer:
        place = place[name]
    place[last] = junk
    file.write_text(json.dumps(content))
    with contextlib.suppress(InvalidPolicyError):
        assert decide(load_policy(file), signals())[0] in (TOOLS, REASONER, BOTH)
