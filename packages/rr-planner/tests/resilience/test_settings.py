import pytest

from rr_planner import InvalidPolicyError, Resilience


@pytest.mark.parametrize(
    "settings",
    [
        {"deadline_s": 0},
        {"deadline_s": float("inf")},
        {"deadline_s": "1"},
        {"attempts": 0},
        {"attempts": 1.5},
        {"attempts": True},
        {"retry_ratio": 1.5},
        {"retry_ratio": float("nan")},
        {"reserve": 1},
        {"backoff_s": -1},
        {"breaker_cooldown_s": None},
        {"breaker_window": 3, "breaker_failures": 4},
        {"hedge_after_s": -1},
    ],
)
def test_what_is_refused(settings):
    with pytest.raises(InvalidPolicyError, match=list(settings)[-1]):
        Resilience(**settings)


def test_settings_by_name():
    assert Resilience.from_dict({"deadline_s": 0.5, "attempts": 3}) == Resilience(deadline_s=0.5, attempts=3)
    with pytest.raises(InvalidPolicyError, match=r"resilience.deadline: .*resilience.deadline_s \(did you mean that"):
        Resilience.from_dict({"deadline": 0.5})
