import numpy as np
import pytest

from rr_planner import CalibrationError, Decision, Ranges, Route
from rr_planner.calibration.drift import Range
from rr_planner.policies.signals import Signals

NAN = float("nan")


def calibrated(size=2000):
    generator = np.random.default_rng(0)
    signals = Signals(
        ids=np.arange(size),
        evidence_horizon=generator.random(size),
        tool_names=("a", "silent"),
        tool_confidence=np.stack([generator.random(size), np.full(size, NAN)]),
        delegate=np.zeros(size, dtype=np.int64),
        agreement=np.full(size, NAN),
        reasoner_confidence=generator.random(size),
    )
    return Ranges.of(signals, (np.arange(size) % 2).astype(np.int8))


def window(size, *, horizon=0.0, confidence=0.0, route=None, seed=1):
    generator = np.random.default_rng(seed)
    routes = [route or (Route.TOOLS if row % 2 else Route.REASONER) for row in range(size)]
    return [
        Decision(
            row,
            one,
            min(1.0, generator.random() + horizon),
            NAN,
            (),
            "",
            "p",
            "h",
            {"a": min(1.0, generator.random() + confidence), "new": 0.3},
            NAN,
            NAN,
        )
        for row, one in enumerate(routes)
    ]


def test_silent_on_queries_like_those_of_the_calibration():
    ranges = calibrated()
    assert sum(bool(ranges.alarms(window(500, seed=seed))) for seed in range(100)) <= 1


@pytest.mark.parametrize(
    ("change", "signal"),
    [
        ({"horizon": 0.3}, "evidence_horizon"),
        ({"confidence": 0.3}, "tool_confidence.a"),
        ({"route": Route.REASONER}, "tool_use"),
    ],
)
def test_alarm_names_the_signal(change, signal):
    alarms = calibrated().alarms(window(300, **change))
    assert [alarm.signal for alarm in alarms] == [signal]
    assert str(alarms[0]).startswith(f"{signal} is 0.")


def test_what_is_known_of_nobody_has_no_range_and_a_constant_has_a_sharp_one():
    assert set(calibrated().by_signal) == {"evidence_horizon", "tool_confidence.a", "reasoner_confidence", "tool_use"}
    constant = Ranges({"evidence_horizon": Range(0.5, 0.0, 100)})
    assert not constant.alarms_of({"evidence_horizon": np.full(5, 0.5)})
    assert constant.alarms_of({"evidence_horizon": np.full(5, 0.6)})
    assert not constant.alarms_of({"evidence_horizon": np.full(5, NAN)})


def test_an_empty_window():
    with pytest.raises(CalibrationError, match="decisions"):
        calibrated().alarms([])
