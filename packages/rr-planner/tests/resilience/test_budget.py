from hypothesis import given
from hypothesis import strategies as st

from rr_planner.resilience.budget import RetryBudget


@given(st.lists(st.booleans(), max_size=300), st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0]), st.sampled_from([1.0, 10.0]))
def test_retries_never_exceed_their_share(steps, ratio, burst):
    budget = RetryBudget(ratio, burst)
    calls = retries = saved = 0
    for call in steps:
        if call:
            budget.earn()
            calls += 1
            saved = min(burst, saved + ratio)
        elif budget.spend():
            retries += 1
            saved -= 1
            assert saved > -1e-6
        else:
            assert saved < 1
        assert retries <= ratio * calls + 1e-6


def test_a_fifth_is_a_fifth():
    budget = RetryBudget(0.2)
    assert [(budget.earn(), budget.spend())[1] for _ in range(10)] == [False] * 4 + [True] + [False] * 4 + [True]
