import json

import numpy as np
import pytest

from rr_planner import (
    AlwaysBoth,
    Bands,
    CalibrationError,
    FunctionReasoner,
    FunctionTool,
    InvalidPolicyError,
    Planner,
    QueryBatch,
    Random,
    Ranges,
    Ranking,
    Signals,
)
from rr_planner.calibration.drift import Range

NAN = float("nan")
POLICIES = [Bands(reasoner_confidence=(0.0, 0.3, 0.6)), Random(), AlwaysBoth()]


def known(size, seed, *, horizon=0.0, tool=0.0, own=0.0):
    """Confidences that hang on the horizon, as they do; the arguments shift them."""
    generator = np.random.default_rng(seed)
    evidence = np.clip(generator.random(size) + horizon, 0, 1)
    sure = np.clip(0.7 - 0.6 * evidence + 0.2 * generator.random(size) + tool, 0, 1)
    return evidence, sure, np.clip(0.2 + 0.6 * generator.random(size) + own, 0, 1)


def calibrated(policy):
    evidence, sure, own = known(2000, 0)
    return Ranges.of(
        policy,
        Signals(
            ids=np.arange(2000),
            evidence_horizon=evidence,
            tool_names=("a", "silent"),
            tool_confidence=np.stack([sure, np.full(2000, NAN)]),
            delegate=np.zeros(2000, dtype=np.int64),
            agreement=np.full(2000, NAN),
            reasoner_confidence=own,
        ),
    )


def window(policy, size, seed=1, **shifts):
    """Decisions of a planner on new queries."""
    evidence, sure, own = known(size, seed, **shifts)

    def answer(confidence):
        return lambda queries, k, *_: Ranking.from_scores(
            np.tile([0.3, 0.2, 0.1], (len(queries), 1)), k, confidence=confidence[queries.users]
        )

    planner = Planner(
        tools=[FunctionTool("a", answer(sure)), FunctionTool("silent", answer(np.full(size, NAN)))],
        reasoner=FunctionReasoner("r", answer(own)),
        policy=policy,
    )
    users = np.arange(size)
    answers = planner.answer(QueryBatch.of(users=users, histories=[[]] * size, evidence_horizon=evidence), k=2)
    return [answers.decision(row) for row in range(size)]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_silent_on_queries_like_those_of_the_calibration(policy):
    ranges = calibrated(policy)
    assert [ranges.alarms(window(policy, 400, seed=seed)) for seed in range(1, 21)] == [[]] * 20


@pytest.mark.parametrize(
    ("change", "signal"),
    [
        ({"horizon": 0.3}, "evidence_horizon"),
        ({"horizon": -0.3}, "evidence_horizon"),
        ({"tool": 0.3}, "tool_confidence.a"),
        ({"tool": -0.3}, "tool_use"),
        ({"own": 0.3}, "reasoner_confidence"),
        ({"own": -0.2}, "reasoner_confidence"),
    ],
)
def test_alarm_names_the_signal(change, signal):
    alarms = calibrated(POLICIES[0]).alarms(window(POLICIES[0], 300, **change))
    assert signal in [alarm.signal for alarm in alarms]
    assert [alarm.errors for alarm in alarms] == sorted((alarm.errors for alarm in alarms), reverse=True)
    assert str(alarms[0]).startswith(f"{alarms[0].signal} is 0.")


def test_what_is_known_of_nobody_has_no_range_and_a_constant_has_a_sharp_one():
    assert set(calibrated(POLICIES[0]).by_signal) == {
        "evidence_horizon",
        "tool_confidence.a",
        "reasoner_confidence",
        "tool_use",
    }
    assert "reasoner_confidence" not in calibrated(AlwaysBoth()).by_signal
    constant = Ranges({"evidence_horizon": Range(0.5, 0.0, 100)})
    assert not constant.alarms_of({"evidence_horizon": np.full(5, 0.5), "new": np.ones(5)})
    assert constant.alarms_of({"evidence_horizon": np.full(5, 0.6)})
    assert not constant.alarms_of({"evidence_horizon": np.full(5, NAN)})


def test_as_json():
    ranges = calibrated(POLICIES[0])
    assert Ranges.from_dict(json.loads(json.dumps(ranges.to_dict()))) == ranges
    for broken in (3, {"mean": 0.1}, {"mean": "x", "deviation": 0.1, "n": 3}, {"maen": 0.1}):
        with pytest.raises(InvalidPolicyError, match="mean"):
            Ranges.from_dict({"tool_use": broken})


def test_an_empty_window():
    with pytest.raises(CalibrationError, match="decisions"):
        calibrated(POLICIES[0]).alarms([])
