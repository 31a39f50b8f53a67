import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import QueryBatch, Ranking, Resilience
from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.guard import Ask
from rr_planner.resilience.lane import Lane
from rr_planner.resilience.pursuit import pursue
from rr_planner.testing import FakeClock

GOOD = Ranking(np.array([[1, 2]]), np.array([[1.0, 0.5]]))
QUERIES = QueryBatch.of(users=[1], histories=[[]], evidence_horizon=[0.5])
ASK = Ask("toy", "answer", np.array([0]), QUERIES, 2)


def failing(status, retry_after=0.0):
    error = RuntimeError(f"HTTP {status}")
    error.status_code, error.retry_after = status, retry_after
    return error


class Done:
    def __init__(self, outcome):
        self.outcome = outcome

    def done(self):
        return True

    def cancel(self):
        return False

    def result(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Never(Done):
    cancelled = False

    def __init__(self):
        pass

    def done(self):
        return False

    def cancel(self):
        self.cancelled = True


class Bench:
    """A lane whose calls end as they are told to; pauses pass at once."""

    def __init__(self, outcomes, *, idempotent=False, budget=0, **settings):
        self.clock = FakeClock()
        self.sent, self.outcomes = [], list(outcomes)
        model = SimpleNamespace(name="toy", flops_per_query=1.0, rank=None, idempotent=idempotent)
        self.lane = Lane.to_tool(model, Resilience(**settings), self.clock, None)
        for _ in range(budget):
            self.lane.budget.earn()

    def start(self, lane, ask, deadline):
        result = self.outcomes[len(self.sent)]
        result = result if isinstance(result, Done) else Done(result)
        self.sent.append(result)
        return result

    def run(self, seconds=math.inf, ask=ASK):
        deadline = Deadline(self.clock.now() + seconds, self.clock)
        pursuit = pursue(self.lane, ask, deadline, self.start)
        while True:
            try:
                wait = next(pursuit)
            except StopIteration as ended:
                return ended.value
            assert wait.until < math.inf  # nothing here is worth waiting for without end
            self.clock.wait((), wait.until)


def outcomes(calls):
    return [next(iter(call.errors.values()), "ok") for call in calls]


def test_a_retry_gets_the_answer():
    bench = Bench([ConnectionError("gone"), GOOD], budget=5)
    assert outcomes(bench.run()) == ["ConnectionError: gone", "ok"]
    assert 0.01 <= bench.clock.now() <= 0.02


def test_without_a_token_nobody_tries_again():
    assert outcomes(Bench([ConnectionError("gone")]).run()) == ["ConnectionError: gone"]


@pytest.mark.parametrize("error", [failing(401), failing(404), ValueError("shape"), KeyError("user")])
def test_permanent_errors_are_final(error):
    assert len(Bench([error], budget=50, attempts=5).run(seconds=100.0)) == 1


def test_retry_after_is_honoured_but_never_past_the_deadline():
    bench = Bench([failing(429, 3.0), GOOD], budget=5, breaker_failures=10)
    assert outcomes(bench.run(seconds=10.0))[1] == "ok"
    assert bench.clock.now() == 3.0
    late = Bench([failing(429, 30.0)], budget=5)
    assert len(late.run(seconds=10.0)) == 1
    assert late.clock.now() == 0.0
    endless = Bench([failing(429, 30.0)], budget=5)
    assert len(endless.run()) == 1
    assert endless.clock.now() == 0.0


def test_what_hangs_is_given_up_at_the_deadline():
    hung = Never()
    calls = Bench([hung]).run(seconds=2.0)
    assert outcomes(calls) == ["TimeoutError: no answer within 2.000 s"]
    assert hung.cancelled
    assert calls[0].seconds == 2.0


def test_after_the_deadline_nobody_is_asked():
    bench = Bench([])
    assert outcomes(bench.run(seconds=0.0)) == ["not asked: the deadline has passed"]
    assert bench.run(seconds=0.0)[0].flops == 0


def test_a_late_call_is_hedged_and_the_first_answer_counts():
    hung = Never()
    bench = Bench([hung, GOOD], idempotent=True, hedge_after_s=0.5, budget=5)
    assert outcomes(bench.run(seconds=9.0)) == ["ok", "not waited for: another call to it answered first"]
    assert bench.clock.now() == 0.5
    assert hung.cancelled
    # A hedge that fails leaves the first call its time.
    bench = Bench([Never(), ValueError("x")], idempotent=True, hedge_after_s=0.5, budget=5)
    assert outcomes(bench.run(seconds=9.0)) == ["ValueError: x", "TimeoutError: no answer within 9.000 s"]


@pytest.mark.parametrize(
    "options", [{"idempotent": False, "budget": 5}, {"idempotent": True, "budget": 0}], ids=["not idempotent", "broke"]
)
def test_no_hedge(options):
    bench = Bench([Never()], hedge_after_s=0.5, **options)
    assert len(bench.run(seconds=2.0)) == 1


def test_a_closed_pursuit_stops_its_calls_and_gives_the_probe_back():
    hung = Never()
    bench = Bench([hung])
    pursuit = pursue(bench.lane, ASK, Deadline(9.0, bench.clock), bench.start)
    next(pursuit)
    pursuit.close()
    assert hung.cancelled
    assert bench.lane.breaker.state == "closed"


def test_a_full_bulkhead_is_no_fault_of_the_models():
    bench = Bench([], concurrency=1)
    bench.lane.bulkhead.enter()
    assert outcomes(bench.run()) == ["not asked: all of its 1 places are taken"]
    assert bench.lane.breaker.state == "closed"


KINDS = st.sampled_from(["good", "gone", "401", "429", "hangs", "nan"])


@given(
    st.lists(st.lists(KINDS, min_size=8, max_size=8), min_size=1, max_size=12),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.2, 1.0]),
    st.booleans(),
    st.sampled_from([0.5, 5.0]),
)
def test_whatever_a_model_does(requests, attempts, ratio, hedged, seconds):
    made = {
        "good": lambda: GOOD,
        "gone": lambda: ConnectionError("gone"),
        "401": lambda: failing(401),
        "429": lambda: failing(429, 1.0),
        "hangs": Never,
        "nan": lambda: Ranking(np.array([[1, 2]]), np.array([[np.nan, 0.5]])),
    }
    bench = Bench(
        [], idempotent=True, attempts=attempts, retry_ratio=ratio, hedge_after_s=0.1 if hedged else None, attempt_s=0.4
    )
    asked = 0
    for kinds in requests:
        bench.outcomes = bench.outcomes[: len(bench.sent)] + [made[kind]() for kind in kinds]
        begun, before = bench.clock.now(), len(bench.sent)
        calls = bench.run(seconds)
        asked += len(bench.sent) > before
        assert calls
        assert bench.clock.now() <= begun + seconds + 1e-9
        assert len(bench.sent) - before == sum("not asked" not in error for error in outcomes(calls))
        assert sum(call.answer is not None for call in calls) <= 1
        assert len(bench.sent) <= asked * (1 + ratio) + 1e-9
        bench.lane.bulkhead = type(bench.lane.bulkhead)(64)  # `start` here gives no place back
        if "401" in kinds[:1] and len(bench.sent) > before:
            assert len(bench.sent) == before + 1
