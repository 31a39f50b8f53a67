"""Every fault, for callers that wait and that await, alone and 64 at once, in a tool and in the reasoner.

A fake clock; whatever happens, the ledger, the metrics and the traces tell the same story.
"""

import asyncio
import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from rr_planner import (
    AlwaysBoth,
    AlwaysTools,
    Bands,
    Deliberation,
    Ledger,
    NoAnswerError,
    OverloadedError,
    Planner,
    QueryBatch,
    Ranking,
    Resilience,
)
from rr_planner.testing import FakeClock

pytest.importorskip("prometheus_client", reason="needs the extra telemetry")
pytest.importorskip("opentelemetry.sdk", reason="needs the extra telemetry")

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rr_planner.telemetry.metrics import Metrics
from rr_planner.telemetry.traces import Traces

K, N_ITEMS = 3, 12
ATTEMPT_S = 1.0
GOOD = np.arange(K, dtype=np.int64), np.linspace(1.0, 0.5, K)


def http_error(status, retry_after=None):
    error = RuntimeError(f"HTTP {status}")
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    error.response = SimpleNamespace(status_code=status, headers=headers)
    return error


@dataclass
class Model:
    """A tool or reasoner that does what `fault` says; it counts its calls and who is inside."""

    name: str
    clock: FakeClock
    fault: str = ""
    flops_per_query: float = 1.0
    flops_with_evidence: float = 2.0
    idempotent: bool = True
    wave: int = 1  # time passes when so many hang
    hung: int = 0
    world: object = None
    calls: int = 0
    inside: int = 0
    cancelled: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self):
        with self.lock:
            self.calls += 1
            if self.fault == "429":
                raise http_error(429, retry_after=3600)
            if self.fault == "401":
                raise http_error(401)
            if self.fault == "raises":
                raise ConnectionResetError("gone")
            if self.fault == "slow":
                self.clock.advance(0.9 * ATTEMPT_S)

    def result(self, queries, kind):
        size = len(queries)
        items, scores = np.tile(GOOD[0], (size, 1)), np.tile(GOOD[1], (size, 1))
        if self.fault == "nan":
            scores[:, 0] = np.nan
        if self.fault == "length":
            items = items[:, 1:]
        if self.fault == "unknown":
            items = items + N_ITEMS
        if self.fault == "repeated":
            items[:, 1] = items[:, 0]
        sure = np.full(size, 0.9)
        return Ranking(items, scores, sure) if kind is Ranking else Deliberation(items, scores, sure, ["why"] * size)

    def work(self, queries, kind):
        with self.lock:
            self.inside += 1
        try:
            self.begin()
            if self.fault == "hangs":
                with self.lock:
                    self.hung += 1
                    last = self.hung >= self.wave
                while not self.world.others_rest(self):
                    threading.Event().wait(0.001)
                self.clock.advance(1.1 * ATTEMPT_S if last else 0.0)
                self.release.wait()
            return self.result(queries, kind)
        finally:
            with self.lock:
                self.inside -= 1

    async def awork(self, queries, kind):
        self.inside += 1
        try:
            self.begin()
            await asyncio.sleep(0)
            if self.fault == "hangs":
                self.hung += 1
                last = self.hung >= self.wave
                while not self.world.others_rest(self):
                    await asyncio.sleep(0)
                self.clock.advance(1.1 * ATTEMPT_S if last else 0.0)
                await asyncio.get_running_loop().create_future()
            return self.result(queries, kind)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.inside -= 1


class SyncTool(Model):
    def rank(self, queries, k):
        return self.work(queries, Ranking)


class SyncReasoner(Model):
    def deliberate(self, queries, k, evidence=None):
        return self.work(queries, Deliberation)


class AwaitedTool(Model):
    async def arank(self, queries, k):
        return await self.awork(queries, Ranking)


class AwaitedReasoner(Model):
    async def adeliberate(self, queries, k, evidence=None):
        return await self.awork(queries, Deliberation)


class World:
    """A planner of two tools and a reasoner, with everything that watches it."""

    def __init__(self, mode, policy, *, blocking=True, **options):
        self.clock = FakeClock()
        tool, reasoner = (SyncTool, SyncReasoner) if mode == "sync" else (AwaitedTool, AwaitedReasoner)
        self.models = {
            "a": tool("a", self.clock),
            "b": tool("b", self.clock),
            "vlm": reasoner("vlm", self.clock),
        }
        for model in self.models.values():
            model.blocking, model.world = blocking, self
        self.mode = mode
        self.ledger, self.metrics, self.spans = Ledger(), Metrics(), InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        limits = {"attempt_s": ATTEMPT_S, "breaker_window": 4, "breaker_failures": 3, "breaker_cooldown_s": 60.0}
        last_resort = options.pop("last_resort", None)
        self.planner = Planner(
            tools=[self.models["a"], self.models["b"]],
            reasoner=self.models["vlm"],
            policy=policy,
            ledger=self.ledger,
            resilience=Resilience(**(limits | options)),
            last_resort=last_resort,
            n_items=N_ITEMS,
            observers=[self.metrics, Traces(provider)],
            clock=self.clock,
        )
        self.metrics.watch(self.planner)
        self.causes = []  # of each unanswered query
        self.shed = 0
        self._lock = threading.Lock()

    def others_rest(self, hanging):
        """Whether no other model is at work, so that time may pass for the one that hangs alone."""
        busy = self.planner.busy
        return all(busy[name] <= model.hung for name, model in self.models.items() if model is not hanging)

    def queries(self, number):
        return QueryBatch.of(users=[number], ids=[number], histories=[[]], evidence_horizon=[0.1])

    def ask(self, callers, first=0):
        """Let so many callers ask a query each at the same time; return the answers of those that got one."""
        numbers = range(first, first + callers)
        if self.mode == "async":

            async def everybody():
                return await asyncio.gather(*[self.aone(number) for number in numbers])

            return [answer for answer in asyncio.run(everybody()) if answer is not None]
        if callers == 1:
            return [answer for answer in [self.one(first)] if answer is not None]
        barrier = threading.Barrier(callers)

        def one(number):
            barrier.wait()
            return self.one(number)

        with ThreadPoolExecutor(callers) as pool:
            return [answer for answer in pool.map(one, numbers) if answer is not None]

    def one(self, number):
        try:
            return self.planner.answer(self.queries(number), K)[0]
        except (NoAnswerError, OverloadedError) as error:
            self.note(error)

    async def aone(self, number):
        try:
            return (await self.planner.aanswer(self.queries(number), K))[0]
        except (NoAnswerError, OverloadedError) as error:
            self.note(error)

    def note(self, error):
        with self._lock:
            if isinstance(error, OverloadedError):
                self.shed += 1
            else:
                self.causes += list(error.causes.values())

    def count(self, name, *labels):
        """Return a metric by the values of some of its labels."""
        found = Counter()
        for family in self.metrics.registry.collect():
            for sample in family.samples:
                if sample.name == f"rr_planner_{name}_total":
                    found[tuple(sample.labels[label] for label in labels)] += int(sample.value)
        return +found

    def check_that_all_agree(self):
        """Ledger = metrics = traces."""
        answers = list(self.ledger)
        roots = [span for span in self.spans.get_finished_spans() if span.name == "rr_planner.answer"]
        calls = [span for span in self.spans.get_finished_spans() if span.name == "rr_planner.call"]

        def traced(prefix):
            found = Counter()
            for span in roots:
                for name, value in span.attributes.items():
                    if name.startswith(f"rr_planner.{prefix}."):
                        found[(name.removeprefix(f"rr_planner.{prefix}."),)] += value
            return +found

        routes = Counter((answer.route.value,) for answer in answers)
        served = Counter((answer.served_by,) for answer in answers)
        used = Counter((tool,) for answer in answers for tool in answer.tools_used)
        assert routes == self.count("answers", "route") == traced("route")
        assert served == self.count("answers", "served_by") == traced("served_by")
        assert used == self.count("tool_use", "tool") == traced("tool_use")
        degraded = sum(answer.degraded != "" for answer in answers)
        assert degraded == self.count("answers", "degraded")[("yes",)]
        assert degraded == sum(span.attributes["rr_planner.degraded"] for span in roots)
        disagreed = sum(answer.disagreed is True for answer in answers)
        assert disagreed == self.count("disagreements", "disagreed")[("yes",)]
        assert disagreed == sum(span.attributes["rr_planner.disagreed"] for span in roots)
        unanswered = sum(span.attributes["rr_planner.unanswered"] for span in roots)
        assert len(self.causes) == self.count("unanswered")[()] == unanswered
        shed = sum(span.name == "rr_planner.shed" for span in self.spans.get_finished_spans())
        assert self.shed == self.count("shed")[()] == shed
        attempts = Counter((attempt.model, attempt.outcome.value) for answer in answers for attempt in answer.attempts)
        for causes in self.causes:
            attempts.update((cause.split()[0], "refused" if ": not asked:" in cause else "failed") for cause in causes)
        outcomes = Counter()
        for span in calls:
            for name, value in span.attributes.items():
                if name.startswith("rr_planner.outcome."):
                    outcomes[span.attributes["rr_planner.model"], name.removeprefix("rr_planner.outcome.")] += value
        assert attempts == self.count("attempts", "model", "outcome") == outcomes
        self.check_that_calls_are_the_models_own(attempts)

    def check_that_calls_are_the_models_own(self, attempts):
        for name, model in self.models.items():
            made = sum(attempts[name, outcome] for outcome in ("ok", "empty", "failed", "superseded"))
            assert made == model.calls, name

    def check_that_nothing_leaks(self):
        for model in self.models.values():
            model.release.set()
        for _ in range(1000):
            if not any(self.planner.busy.values()):
                break
            threading.Event().wait(0.005)
        assert set(self.planner.busy.values()) == {0}
        assert [model.inside for model in self.models.values()] == [0, 0, 0]
        assert self.planner._admission.inside == 0


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def world(request):
    made = []

    def make(*arguments, **options):
        made.append(World(*arguments, **options))
        return made[-1]

    yield make
    for one in made:
        one.check_that_nothing_leaks()
        one.check_that_all_agree()


modes = pytest.mark.parametrize("mode", ["sync", "async"])
callers = pytest.mark.parametrize("callers", [1, 64])
broken = pytest.mark.parametrize("name", ["a", "b", "vlm"])
POLICY = {"a": AlwaysTools(), "b": AlwaysTools(), "vlm": Bands(low_horizon=0.0, high_horizon=0.0)}
FAULTS = ("raises", "429", "401", "hangs", "nan", "length", "unknown", "repeated")


@modes
@callers
@broken
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_nobody_an_answer(world, mode, callers, name, fault):
    run = world(mode, POLICY[name], attempts=1 if fault == "hangs" else 2)
    run.models[name].fault, run.models[name].wave = fault, callers
    answers = run.ask(callers)
    assert len(answers) == callers
    # The other tool serves a tool's queries, and the tools together the reasoner's.
    others = {"a": {"b"}, "b": {"a"}, "vlm": {"fusion"}}[name]
    assert {answer.served_by for answer in answers} == others
    for answer in answers:
        assert answer.items.tolist() == [0, 1, 2]
        assert f"{name} failed to" in answer.degraded
    calls = run.models[name].calls
    assert 1 <= calls <= (callers if fault not in ("raises", "hangs") else 1.2 * callers)
    row_by_row = fault in ("nan", "unknown", "repeated")  # says nothing of the model's health
    opened = fault == "429" or (callers > 1 and not row_by_row)
    assert (run.planner.breakers[name] != "closed") == opened
    if opened:  # from now on nobody waits for it
        again = run.ask(callers, first=1000)
        assert {answer.served_by for answer in again} == others
        assert all("circuit breaker is open" in answer.degraded for answer in again)
        assert run.models[name].calls == calls


@modes
@callers
@broken
def test_ten_times_slow_is_still_an_answer(world, mode, callers, name):
    run = world(mode, POLICY[name], attempt_s=100.0 * ATTEMPT_S)
    run.models[name].fault = "slow"
    answers = run.ask(callers)
    assert len(answers) == callers
    assert not any(answer.degraded for answer in answers)
    assert run.models[name].calls == callers


@modes
@pytest.mark.parametrize("hanging", ["a", "vlm"])
def test_a_hang_leaves_time_for_somebody_else(world, mode, hanging):
    """Without a limit on the attempt, the deadline's reserve is left when the model is given up."""
    run = world(mode, POLICY[hanging], attempt_s=None, deadline_s=1.0 * ATTEMPT_S, reserve=0.2)
    model = run.models[hanging]
    model.fault = "hangs"
    model.clock = SimpleNamespace(advance=lambda seconds: run.clock.advance(0.8 * ATTEMPT_S))
    (answer,) = run.ask(1)
    assert answer.served_by == ("fusion" if hanging == "vlm" else "b")
    assert "no answer within 0.800 s" in answer.degraded
    assert run.clock.now() <= 1.0


@modes
@callers
@broken
def test_flapping_opens_probes_once_and_recovers(world, mode, callers, name):
    run = world(mode, POLICY[name])
    model = run.models[name]
    for _ in range(2):
        model.fault = "raises"
        first = 0
        while run.planner.breakers[name] == "closed":
            run.ask(callers, first=first)
            first += callers
        before = model.calls
        run.ask(callers)
        assert model.calls == before  # open: left alone
        run.clock.advance(60.0)
        run.ask(callers)
        assert model.calls == before + 1  # one probe, and it failed
        assert run.planner.breakers[name] == "open"
        run.clock.advance(60.0)
        model.fault = ""
        run.ask(callers)
        assert run.planner.breakers[name] == "closed"
        answers = run.ask(callers)
        assert not any(answer.degraded for answer in answers)


@modes
@callers
@pytest.mark.parametrize("fault", FAULTS)
def test_all_down_is_the_last_resort_or_one_error(world, mode, callers, fault):
    run = world(mode, AlwaysBoth(), last_resort=[7, 8, 9, 10])
    for model in run.models.values():
        model.fault, model.wave = fault, callers
    answers = run.ask(callers)
    assert [answer.served_by for answer in answers] == ["last-resort"] * callers
    assert all(answer.items.tolist() == [7, 8, 9] for answer in answers)
    bare = world(mode, AlwaysBoth())
    for model in bare.models.values():
        model.fault, model.wave = fault, callers
    assert bare.ask(callers) == []
    assert len(bare.causes) == callers
    for causes in bare.causes:
        text = " ".join(causes)
        assert all(f"{name} failed to" in text for name in ("a", "b", "vlm"))


@modes
def test_overload_is_shed_at_once(world, mode):
    """Ten times what is admitted: the admitted are answered, the rest refused without a call."""
    run = world(mode, AlwaysTools(), admitted=6, attempt_s=100.0)
    gate, waiting = threading.Event(), threading.Semaphore(0)
    tool = run.models["a"]
    if mode == "sync":
        slow = tool.rank
        tool.rank = lambda queries, k: (waiting.release(), gate.wait(), slow(queries, k))[2]
        run.planner._lanes["a"].call = lambda ask, _: tool.rank(ask.queries, ask.k)
        with ThreadPoolExecutor(6) as pool:
            admitted = [pool.submit(run.one, number) for number in range(6)]
            for _ in range(6):
                waiting.acquire()
            for number in range(6, 60):
                assert run.one(number) is None
            gate.set()
            assert all(future.result() is not None for future in admitted)
    else:

        async def everybody():
            return await asyncio.gather(*[run.aone(number) for number in range(60)])

        assert sum(answer is not None for answer in asyncio.run(everybody())) == 6
    assert run.shed == 54
    assert tool.calls == 6


@pytest.mark.parametrize("name", ["a", "vlm"])
@pytest.mark.parametrize("callers", [1, 64])
def test_a_caller_that_cancels_leaves_nothing_behind(world, name, callers):
    run = world("async", POLICY[name], attempt_s=None)
    model = run.models[name]
    model.fault = "hangs"

    async def go():
        tasks = [asyncio.ensure_future(run.planner.aanswer(run.queries(number), K)) for number in range(callers)]
        while model.inside < callers:
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        for _ in range(3):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(go())
    assert model.cancelled == callers
    assert run.planner.breakers[name] == "closed"  # a cancelled call says nothing of the model
    model.calls = run.models["a"].calls = run.models["b"].calls = 0  # nobody was told of the cancelled requests
    model.fault = ""
    assert len(run.ask(1)) == 1


def test_a_cancelled_probe_is_the_next_callers(world):
    run = world("async", AlwaysTools(), attempt_s=None)
    tool = run.models["a"]
    tool.fault = "raises"
    while run.planner.breakers["a"] == "closed":
        run.ask(1)
    run.clock.advance(60.0)
    tool.fault = "hangs"

    async def go():
        task = asyncio.ensure_future(run.planner.aanswer(run.queries(1), K))
        while not tool.inside:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    calls = tool.calls, run.models["b"].calls
    asyncio.run(go())
    tool.calls, run.models["b"].calls = calls
    assert run.planner.breakers["a"] == "open"
    tool.fault = ""
    (answer,) = run.ask(1)
    assert answer.degraded == ""
    assert run.planner.breakers["a"] == "closed"


@modes
def test_a_retry_after_within_the_deadline_is_waited_for(world, mode):
    run = world(mode, AlwaysTools(), retry_ratio=1.0, deadline_s=50.0)
    tool = run.models["a"]
    good, told = tool.begin, []

    def begin():
        good()
        if not told:
            told.append(run.clock.now())
            raise http_error(503)

    tool.begin = begin
    (answer,) = run.ask(1)
    assert [attempt.outcome.value for attempt in answer.attempts if attempt.model == "a"] == ["failed", "ok"]
    assert answer.served_by == "a"
    assert 0 < run.clock.now() < 0.1  # the pause


@modes
def test_hedging_gets_an_answer_while_the_first_call_hangs(world, mode):
    run = world(mode, AlwaysTools(), hedge_after_s=0.5 * ATTEMPT_S, attempt_s=None, retry_ratio=1.0)
    tool = run.models["a"]
    tool.fault = "hangs"
    good = tool.begin

    def begin():  # the first call hangs, the second does not
        tool.fault = "hangs" if tool.calls == 0 else ""
        good()

    tool.begin = begin
    if mode == "sync":  # `work` looks at the fault again after `begin`: keep the first caller's
        hung, plain = tool.release.wait, tool.result
        tool.fault = ""

        def result(queries, kind):
            if tool.calls == 1:
                while run.planner.busy["b"]:
                    threading.Event().wait(0.001)
                run.clock.advance(0.5 * ATTEMPT_S)
                hung()
            return plain(queries, kind)

        tool.begin, tool.result = good, result
    (answer,) = run.ask(1)
    assert answer.served_by == "a"
    assert answer.degraded == ""
    outcomes = Counter(attempt.outcome.value for attempt in answer.attempts if attempt.model == "a")
    assert outcomes == {"ok": 1, "superseded": 1}
    assert tool.calls == 2


@modes
def test_no_hedging_under_load(world, mode):
    run = world(mode, AlwaysTools(), hedge_after_s=0.5, concurrency=1, retry_ratio=1.0)
    run.models["a"].fault = "hangs"
    (answer,) = run.ask(1)
    assert run.models["a"].calls == 1
    assert answer.served_by == "b"


@pytest.mark.slow
@modes
def test_ten_thousand_requests_at_thirty_percent_faults(mode):
    """One tool is healthy: at least 99.9 % are answered, with at most 1.2 times the calls."""
    limits = {"deadline_s": 10.0, "breaker_window": 10, "breaker_failures": 8}
    run = World(mode, Bands(reasoner_confidence=0.0), blocking=False, **limits)
    generator = np.random.default_rng(0)
    for name in ("a", "vlm"):
        model = run.models[name]

        def begin(model=model):
            model.calls += 1
            if generator.random() < 0.3:
                raise ConnectionResetError("gone")

        model.begin = begin
    number = 5_000  # in each mode
    horizon = generator.random(number)

    def ask(row):
        return QueryBatch.of(users=[row], ids=[row], histories=[[]], evidence_horizon=[horizon[row]])

    async def everybody():
        found = []
        for first in range(0, number, 50):
            rows = range(first, first + 50)
            found += await asyncio.gather(*[run.planner.aanswer(ask(row), K) for row in rows])
        return found

    waiting = (run.planner.answer(ask(row), K) for row in range(number))
    answers = list(waiting) if mode == "sync" else asyncio.run(everybody())
    assert sum(bool(one.served_by[0]) for one in answers) >= 0.999 * number
    asked = Counter()  # steps, each a first call
    for answer in run.ledger:
        asked.update({(attempt.model, attempt.step) for attempt in answer.attempts if attempt.outcome != "refused"})
    for name, model in run.models.items():
        assert model.calls <= 1.2 * sum(count for (asked_name, _), count in asked.items() if asked_name == name)
    run.check_that_nothing_leaks()
    run.check_that_all_agree()
