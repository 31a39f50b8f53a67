import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import Bands, InvalidPolicyError, Signals, decide
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS

NAN = float("nan")
fraction = st.floats(0, 1)


def signals(horizon, tool, own=NAN, *, agreement=NAN, delegate=0):
    return Signals(
        ids=np.array(["q"]),
        evidence_horizon=np.array([horizon]),
        tool_names=("a", "b"),
        tool_confidence=np.array([[tool], [NAN]]),
        delegate=np.array([delegate]),
        agreement=np.array([agreement]),
        reasoner_confidence=np.array([own]),
    )


CASES = [
    # horizon, tool, own, expected: the paper's Fig. 3 and the edges of every band
    (0.29, 0.5, NAN, TOOLS),
    (0.30, 0.9, NAN, PENDING),
    (0.29, 0.49, NAN, PENDING),
    (0.29, NAN, NAN, PENDING),
    (0.29, 0.49, 0.1, REASONER),
    (0.29, 0.49, 0.09, BOTH),
    (0.30, 0.9, 0.2, REASONER),
    (0.70, 0.9, 0.19, BOTH),
    (0.70, 0.9, 0.2, REASONER),
    (0.71, 0.9, 0.39, BOTH),
    (0.71, 0.9, 0.4, REASONER),
]


@pytest.mark.parametrize(("horizon", "tool", "own", "expected"), CASES)
def test_bands(horizon, tool, own, expected):
    policy = Bands(reasoner_confidence=(0.1, 0.2, 0.4))
    assert decide(policy, signals(horizon, tool, own)).tolist() == [expected]


def test_no_tool_means_no_delegation_even_without_a_threshold():
    policy = Bands(tool_confidence=0.0)
    assert decide(policy, signals(0.1, NAN, 0.3, delegate=-1)).tolist() == [REASONER]
    assert decide(policy, signals(0.1, NAN)).tolist() == [TOOLS]  # a tool without a confidence


def test_unknown_reasoner_confidence_escalates():
    policy = Bands(reasoner_confidence=0.0)
    assert policy.escalate(signals(0.5, 0.1)).tolist() == [BOTH]


def test_agreement():
    policy = Bands(tool_agreement=0.6)
    assert policy.uses_agreement
    assert decide(policy, signals(0.1, 0.9, agreement=0.6)).tolist() == [TOOLS]
    assert decide(policy, signals(0.1, 0.9, agreement=0.5)).tolist() == [PENDING]
    assert decide(policy, signals(0.1, 0.9)).tolist() == [PENDING]
    assert not Bands().uses_agreement


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ((0.1, 0.6), "low risk: evidence horizon 0.10 is below 0.30 and a's confidence 0.60 reaches 0.50"),
        ((0.1, 0.4), "a's confidence 0.40 is below 0.50: the reasoner's confidence decides next"),
        ((0.5, 0.4, 0.3), "medium risk: evidence horizon 0.50 lies between 0.30 and 0.70 and the .* 0.30 reaches 0.20"),
        ((0.8, 0.4, 0.3), "high risk: evidence horizon 0.80 is above 0.70 and the reasoner's .* 0.30 is below 0.40"),
        ((0.1, 0.4, 0.3), "the reasoner's answer stands at any confidence"),
    ],
)
def test_reasons_state_the_numbers(known, words):
    policy = Bands(reasoner_confidence=(0.0, 0.2, 0.4))
    given_signals = signals(*known)
    code = int(decide(policy, given_signals)[0])
    assert re.search(words, policy.reason(given_signals, 0, code))


def test_reasons_name_missing_tools_agreement_and_unknown_confidence():
    assert "no tool answered" in Bands().reason(signals(0.1, NAN, delegate=-1), 0, PENDING)
    assert "agreement 0.20 is below 0.50" in Bands(tool_agreement=0.5).reason(
        signals(0.1, 0.9, agreement=0.2), 0, PENDING
    )
    assert "is unknown" in Bands().reason(signals(0.8, 0.9), 0, BOTH)


@given(st.tuples(fraction, fraction), fraction, st.tuples(fraction, fraction, fraction), fraction)
def test_json_round_trip_keeps_hash_and_value(horizons, tool, levels, together):
    low, high = sorted(horizons)
    first, second, third = sorted(levels)
    policy = Bands(
        low_horizon=low,
        high_horizon=high,
        tool_confidence=tool if low > 0 else 0.0,
        reasoner_confidence=(first if low > 0 else second, second, third if high < 1 else second),
        tool_agreement=together if low > 0 else 0.0,
    )
    again = Bands.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert again.hash == policy.hash


def test_hash_changes_with_every_threshold():
    variants = [
        Bands(),
        Bands(low_horizon=0.2),
        Bands(high_horizon=0.8),
        Bands(tool_confidence=0.4),
        Bands(reasoner_confidence=0.4),
        Bands(tool_agreement=0.1),
    ]
    assert len({policy.hash for policy in variants}) == len(variants)


@given(st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_batch_is_one_by_one(seed, size):
    generator = np.random.default_rng(seed)
    columns = {
        "ids": np.arange(size),
        "evidence_horizon": generator.choice([0.0, 0.3, 0.5, 0.7, 1.0], size),
        "tool_confidence": generator.choice([0.0, 0.5, 1.0, NAN], (2, size)),
        "delegate": generator.integers(-1, 2, size),
        "agreement": generator.choice([0.0, 0.5, NAN], size),
        "reasoner_confidence": generator.choice([0.0, 0.5, 1.0, NAN], size),
    }
    policy = Bands(reasoner_confidence=(0.2, 0.5, 0.7), tool_agreement=0.3)
    together = decide(policy, Signals(tool_names=("a", "b"), **columns))
    for row in range(size):
        one = {name: values[..., [row]] for name, values in columns.items()}
        assert decide(policy, Signals(tool_names=("a", "b"), **one))[0] == together[row]


def test_from_quantiles():
    values = np.linspace(0, 1, 101)
    policy = Bands.from_quantiles(
        evidence_horizon=values / 2,
        tool_confidence=values,
        reasoner_confidence=values / 4,
        quantiles=Bands(low_horizon=0.4, high_horizon=0.8, tool_confidence=0.5, reasoner_confidence=(0, 0.5, 1)),
    )
    assert policy.low_horizon == pytest.approx(0.2)
    assert policy.high_horizon == pytest.approx(0.4)
    # The values are 0 to .39 where the horizon is low, .4 to .8 where it is medium, .81 to 1 where it is high.
    assert policy.tool_confidence == pytest.approx(0.195)
    assert policy.reasoner_confidence == pytest.approx((0.0, 0.15, 0.25))
    with pytest.raises(InvalidPolicyError, match="evidence_horizon"):
        Bands.from_quantiles(evidence_horizon=[], tool_confidence=[1], reasoner_confidence=[1], quantiles=Bands())
    with pytest.raises(InvalidPolicyError, match="tool_confidence"):
        Bands.from_quantiles(evidence_horizon=[1], tool_confidence=[NAN], reasoner_confidence=[1], quantiles=Bands())
    with pytest.raises(InvalidPolicyError, match="reasoner_confidence: received 2 values"):
        Bands.from_quantiles(evidence_horizon=[1], tool_confidence=[1], reasoner_confidence=[1, 1], quantiles=Bands())


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.5])
def test_the_shares_asked_for_come_out_at_every_level(slope):
    """However sure the models are of the users of a level; where they grow less sure, more is escalated, never less."""
    rng = np.random.default_rng(0)
    horizon, noise = rng.random((2, 20_000))
    sure = 0.25 + 0.5 * noise + slope * (horizon - 0.5) / 2
    quantiles = Bands(tool_confidence=0.5, reasoner_confidence=(0.1, 0.25, 0.5))
    policy = Bands.from_quantiles(
        evidence_horizon=horizon, tool_confidence=rng.random(20_000), reasoner_confidence=sure, quantiles=quantiles
    )
    required = np.select([horizon < policy.low_horizon, horizon <= policy.high_horizon], policy.reasoner_confidence[:2])
    required[horizon > policy.high_horizon] = policy.reasoner_confidence.high
    low, medium, high = (
        float((sure < required)[level].mean())
        for level in (horizon < 0.3, (horizon > 0.3) & (horizon < 0.7), horizon > 0.7)
    )
    assert low == pytest.approx(0.1, abs=0.02)
    assert medium >= 0.23
    assert high >= 0.48
    if slope >= 0:
        assert (medium, high) == pytest.approx((0.25, 0.5), abs=0.02)


def test_a_level_without_queries_needs_no_rule():
    policy = Bands.from_quantiles(
        evidence_horizon=[0.0, 0.0, 1.0],
        tool_confidence=[0.2, 0.4, 0.6],
        reasoner_confidence=[0.2, 0.4, 0.6],
        quantiles=Bands(low_horizon=0.1, reasoner_confidence=(0.5, 0.5, 0.5)),
    )
    assert (policy.low_horizon, policy.tool_confidence) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"low_horizon": 0.8, "high_horizon": 0.2}, "overlap"),
        ({"low_horizon": -0.1}, "low_horizon"),
        ({"high_horizon": 1.1}, "high_horizon"),
        ({"tool_confidence": NAN}, "tool_confidence"),
        ({"tool_confidence": "0.5"}, "tool_confidence"),
        ({"tool_confidence": True}, "tool_confidence"),
        ({"tool_agreement": None}, "tool_agreement"),
        ({"reasoner_confidence": (0.5, 0.4, 0.6)}, "do not decrease"),
        ({"reasoner_confidence": (0.5, 0.6)}, "three"),
        ({"reasoner_confidence": "abc"}, "reasoner_confidence.low"),
        ({"reasoner_confidence": {"low": 0, "medium": 0, "hihg": 1}}, "reasoner_confidence.high"),
        ({"reasoner_confidence": {"low": 0, "medium": 0}}, "no 'high'"),
        ({"tool_confidnce": 0.5}, "tool_confidence .did you mean"),
        ({"zzz": 0.5}, "one of low_horizon"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(InvalidPolicyError, match=words):
        Bands.from_dict(settings)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"low_horizon": 0.0, "tool_confidence": 0.5}, "tool_confidence: received 0.5, a dead rule"),
        ({"low_horizon": 0.0, "tool_agreement": 0.1}, "tool_agreement: received 0.1, a dead rule"),
        ({"low_horizon": 0.0, "reasoner_confidence": [0.1, 0.2, 0.3]}, r"reasoner_confidence\.low: received 0.1"),
        ({"high_horizon": 1.0, "reasoner_confidence": [0.1, 0.2, 0.3]}, r"reasoner_confidence\.high: received 0.3"),
    ],
)
def test_dead_rules_are_refused(settings, field):
    with pytest.raises(InvalidPolicyError, match=field):
        Bands.from_dict(settings)
    quiet = Bands(low_horizon=0.0, high_horizon=1.0)
    assert (quiet.tool_confidence, quiet.reasoner_confidence) == (0.0, (0.0, 0.0, 0.0))
