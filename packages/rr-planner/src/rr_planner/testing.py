"""The conformance kit: run it against your own tool or reasoner in a test of yours.

    from rr_planner.testing import check_tool

    def test_my_model_is_a_tool() -> None:
        check_tool(MyTool(), n_items=1000)

Every breach is an AssertionError that names the point of the contract in `rr_planner.protocols`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike, Reasoner, Tool
from rr_planner.resilience.validation import check_ranking, check_thoughts
from rr_planner.types import EMPTY_LIST, QueryBatch, Ranking

__all__ = ["FakeClock", "check_reasoner", "check_tool", "sample_queries"]

# Batched and single runs of one neural network add floats in another order.
_RELATIVE, _ABSOLUTE = 1e-3, 1e-5

_Ask = Callable[[QueryBatch, int], RankingLike]


class FakeClock:
    """A clock that stands still until it is told to move: `Planner(..., clock=FakeClock())` in a test needs no sleep.

    A planner that sleeps moves it. A planner that waits for a model blocks until the model is done or has moved the
    clock itself: a slow model calls `advance` before it returns, a hanging one before it blocks.

    Example:
        >>> clock = FakeClock()
        >>> clock.advance(1.5)
        >>> clock.now()
        1.5
    """

    def __init__(self) -> None:
        """Start at 0."""
        self._now = 0.0
        self._moved = threading.Condition()

    def now(self) -> float:
        """Return the time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._moved:
            self._now += seconds
            self._moved.notify_all()

    def wait(self, futures: Sequence[concurrent.futures.Future[Any]], until: float) -> None:
        """Block until one of the futures is done or somebody has moved the clock to `until`."""
        if not futures:
            self._sleep(until)
        for future in futures:
            future.add_done_callback(lambda _: self.advance(0.0))
        with self._moved:
            self._moved.wait_for(lambda: self._now >= until or any(future.done() for future in futures))

    async def wait_async(self, futures: Sequence[asyncio.Future[Any]], until: float) -> None:
        """Do the same, letting the event loop run."""
        if not futures:
            self._sleep(until)
        while self._now < until and not any(future.done() for future in futures):
            await asyncio.sleep(0)

    def _sleep(self, until: float) -> None:
        with self._moved:
            self._now = max(self._now, until)
            self._moved.notify_all()


def check_tool(
    tool: Tool,
    *,
    n_items: int,
    users: ArrayLike | None = None,
    candidates_supported: bool = True,
    k: int = 5,
    seed: int = 0,
) -> None:
    """Check every point of the contract of `rr_planner.protocols.Tool`.

    Args:
        tool: the implementation.
        n_items: its item ids are 0..n_items-1.
        users: ids of users that it knows; 0..5 where None.
        candidates_supported: False skips the point on candidates.
        k: length of the lists asked for.
        seed: of the queries drawn.

    Raises:
        AssertionError: names the breach.
    """
    _expect(isinstance(tool, Tool), f"{_kind(tool)} lacks one of name, flops_per_query, rank(queries, k)")
    _check_name(tool)
    _check_cost(tool, "flops_per_query")
    _Kit(f"{tool.name}.rank", tool.rank, n_items, k, seed, users, candidates_supported).run()


def check_reasoner(
    reasoner: Reasoner,
    *,
    n_items: int,
    users: ArrayLike | None = None,
    tools: Sequence[str] = ("tool-a", "tool-b"),
    candidates_supported: bool = True,
    k: int = 5,
    seed: int = 0,
) -> None:
    """Check every point of the contract of `rr_planner.protocols.Reasoner`, with and without evidence.

    Args:
        reasoner: the implementation.
        n_items: its item ids are 0..n_items-1.
        users: ids of users that it knows; 0..5 where None.
        tools: names of the tools whose answers it gets as evidence.
        candidates_supported: False skips the point on candidates.
        k: length of the lists asked for.
        seed: of the queries and of the evidence drawn.

    Raises:
        AssertionError: names the breach.
    """
    offers = f"{_kind(reasoner)} lacks one of name, flops_per_query, flops_with_evidence, deliberate(queries, k)"
    _expect(isinstance(reasoner, Reasoner), offers)
    _check_name(reasoner)
    _check_cost(reasoner, "flops_per_query")
    _check_cost(reasoner, "flops_with_evidence")
    _check_evidence_left_alone(reasoner, n_items, tools, k, seed, users)
    # All tools, one of them missing, none at all, and no evidence.
    for present in dict.fromkeys((tuple(tools), tuple(tools[:1]), (), None)):

        def ask(queries: QueryBatch, width: int, present: tuple[str, ...] | None = present) -> RankingLike:
            evidence = None if present is None else sample_evidence(queries, width, present, n_items)
            return reasoner.deliberate(queries, width, evidence)

        what = f"{reasoner.name}.deliberate with evidence {None if present is None else list(present)}"
        _Kit(what, ask, n_items, k, seed, users, candidates_supported, reasons=True).run()


def sample_queries(n_items: int, *, users: ArrayLike | None = None, seed: int = 0) -> QueryBatch:
    """Draw a small batch with the cases that break models: no history, one item, a long and a repetitive history."""
    known = np.arange(6) if users is None else np.asarray(users)
    generator = np.random.default_rng(seed)
    histories = [
        generator.integers(0, n_items, size=4),
        np.empty(0, dtype=np.int64),
        np.array([n_items - 1]),
        generator.integers(0, n_items, size=300),
        np.zeros(7, dtype=np.int64),
        generator.integers(0, n_items, size=9),
    ]
    horizon = [0.4, 1.0, 0.9, 0.0, 0.5, 0.3]
    return QueryBatch.of(users=np.resize(known, len(histories)), histories=histories, evidence_horizon=horizon)


def sample_evidence(queries: QueryBatch, k: int, tools: Sequence[str], n_items: int) -> dict[str, Ranking]:
    """Draw the answers of tools; each hangs on the query's id alone, and query 5 has a list of one item."""
    evidence = {}
    for number, name in enumerate(tools):
        rows = [np.random.default_rng([number, int(query_id)]).random(n_items) for query_id in queries.ids]
        scores = np.stack(rows) if rows else np.empty((0, n_items))
        if queries.candidates is not None:
            scores = np.take_along_axis(scores, queries.candidates, axis=1)
        scores[queries.ids == 5, 1:] = -np.inf
        confidence = None if number else np.full(len(rows), 0.5)
        evidence[name] = Ranking.from_scores(scores, k, confidence=confidence, candidates=queries.candidates)
    return evidence


@dataclass(frozen=True, slots=True)
class _Kit:
    """The points that tools and reasoners share."""

    what: str
    ask: _Ask
    n_items: int
    k: int
    seed: int
    users: ArrayLike | None
    candidates_supported: bool
    reasons: bool = False

    def run(self) -> None:
        queries = sample_queries(self.n_items, users=self.users, seed=self.seed)
        before = _copy(queries)
        first = self.answer(queries, self.k, "a batch with short, long, repetitive and empty histories")
        _expect(not np.isneginf(first.scores).all(), f"{self.what} answers every query with an empty list")
        _expect(_same_queries(before, queries), f"{self.what} modified the queries; they belong to the caller")
        again = self.answer(queries, self.k, "the same batch again")
        for row in range(len(queries)):
            self.same(first, row, again, row, "calling twice gives another answer", exact=True)
        self.check_independence(queries, first)
        self.answer(queries.take([]), self.k, "an empty batch")
        self.answer(queries.take([0, 1]), self.n_items + 3, "k beyond the number of items")
        self.answer(self.strange_users(queries), self.k, "a user it cannot know")
        self.answer(self.strange_items(queries), self.k, "unknown items in a history")
        if self.candidates_supported:
            self.check_candidates(queries)

    def answer(self, queries: QueryBatch, k: int, case: str) -> Ranking:
        """Ask, and check the form of the answer."""
        try:
            given = self.ask(queries, k)
        except Exception as error:
            raise AssertionError(f"{self.what} raised on {case}: {type(error).__name__}: {error}") from error
        try:
            checked = check_ranking(given, queries, k)
            if self.reasons:
                check_thoughts(getattr(given, "thoughts", None), len(queries))
        except InvalidAnswerError as error:
            raise AssertionError(f"{self.what} on {case}: {error}") from error
        _expect(not self.reasons or checked.rated, f"{self.what} on {case}: confidence is None; a reasoner has one")
        for row, message in checked.errors.items():
            # A model may have nothing to say about a query: the planner then asks somebody else.
            _expect(message == EMPTY_LIST, f"{self.what} on {case}, query {row}: {message}")
        shown = checked.items[~np.isneginf(checked.scores)]
        known = bool(((shown >= 0) & (shown < self.n_items)).all())
        _expect(known, f"{self.what} on {case}: item ids outside 0..{self.n_items - 1}")
        return Ranking(checked.items, checked.scores, checked.confidence)

    def check_independence(self, queries: QueryBatch, batch: Ranking) -> None:
        """One by one, in reverse and without the others, a query has the same answer."""
        for row in range(len(queries)):
            alone = self.answer(queries.take([row]), self.k, "one query")
            self.same(batch, row, alone, 0, "the answer hangs on the other queries of the batch")
        backwards = np.arange(len(queries))[::-1]
        turned = self.answer(queries.take(backwards), self.k, "the batch in reverse")
        for row in range(len(queries)):
            self.same(batch, row, turned, len(queries) - 1 - row, "the answers are not in the order of the queries")

    def check_candidates(self, queries: QueryBatch) -> None:
        """Only candidates are ranked, also where there are fewer than k."""
        for width in dict.fromkeys((min(self.n_items, 4 * self.k), max(1, self.k - 2))):
            rows = [np.random.default_rng([self.seed, row]).permutation(self.n_items)[:width] for row in range(6)]
            asked = QueryBatch.of(
                users=queries.users,
                histories=queries.histories,
                evidence_horizon=queries.evidence_horizon,
                candidates=np.stack(rows),
            )
            self.answer(asked, self.k, f"{width} candidates a query")

    def strange_users(self, queries: QueryBatch) -> QueryBatch:
        users = queries.users
        unknown = np.full(len(users), "nobody-by-this-name") if users.dtype.kind in "US" else np.full(len(users), 10**9)
        return QueryBatch.of(
            users=unknown, histories=queries.histories, evidence_horizon=queries.evidence_horizon, ids=queries.ids
        )

    def strange_items(self, queries: QueryBatch) -> QueryBatch:
        histories = [[self.n_items], [0, self.n_items + 7], [-1], [-1, 0], [10**9], [0, 10**9, 1]]
        return QueryBatch.of(
            users=queries.users, histories=histories, evidence_horizon=queries.evidence_horizon, ids=queries.ids
        )

    def same(self, one: Ranking, row: int, two: Ranking, other: int, breach: str, *, exact: bool = False) -> None:
        """Expect equal answers; unless exact, nearly equal scores may swap their items."""
        relative, absolute = (0.0, 0.0) if exact else (_RELATIVE, _ABSOLUTE)
        scores, items = one.scores[row], one.items[row]
        close = np.allclose(scores, two.scores[other], relative, absolute)
        shown = ~np.isneginf(scores)
        differ = (items != two.items[other]) & shown
        if close and not exact:
            differ &= ~_tied(scores)
        sure = True
        if one.confidence is not None and two.confidence is not None:
            sure = bool(np.allclose(one.confidence[row], two.confidence[other], relative, absolute, True))
        found = f"query {row}: {items.tolist()} and {two.items[other].tolist()}, scores {scores.tolist()} and "
        found += f"{two.scores[other].tolist()}" + ("" if sure else ", confidences differ")
        _expect(close and not differ.any() and sure, f"{self.what}: {breach}; {found}")


def _check_evidence_left_alone(
    reasoner: Reasoner, n_items: int, tools: Sequence[str], k: int, seed: int, users: ArrayLike | None
) -> None:
    queries = sample_queries(n_items, users=users, seed=seed)
    evidence, before = (sample_evidence(queries, k, tools, n_items) for _ in range(2))
    try:
        reasoner.deliberate(queries, k, evidence)
    except Exception as error:
        what = f"{reasoner.name}.deliberate raised on evidence of {', '.join(tools)}"
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    same = list(evidence) == list(before) and all(_same_ranking(evidence[name], before[name]) for name in before)
    _expect(same, f"{reasoner.name}.deliberate modified the evidence; it belongs to the caller")


def _check_name(model: Tool | Reasoner) -> None:
    name: object = model.name
    _expect(isinstance(name, str) and name.strip() != "", f"{_kind(model)}.name is {name!r}; a text")


def _check_cost(model: Tool | Reasoner, attribute: str) -> None:
    value: Any = getattr(model, attribute)
    right = isinstance(value, (int, float, np.number)) and (math.isnan(value) or value >= 0)
    _expect(bool(right), f"{model.name}.{attribute} is {value!r}; a number of at least 0, or NaN where unknown")


def _tied(scores: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the places whose score nearly equals a neighbour's; the last place may tie with one that is cut off."""
    with np.errstate(invalid="ignore"):
        near = np.isclose(scores[1:], scores[:-1], rtol=_RELATIVE, atol=_ABSOLUTE)
    tied = np.zeros(len(scores), dtype=np.bool_)
    tied[1:] |= near
    tied[:-1] |= near
    tied[-1:] = True
    return tied


def _copy(queries: QueryBatch) -> QueryBatch:
    return QueryBatch(
        ids=queries.ids.copy(),
        users=queries.users.copy(),
        histories=tuple(history.copy() for history in queries.histories),
        evidence_horizon=queries.evidence_horizon.copy(),
    )


def _same_queries(one: QueryBatch, two: QueryBatch) -> bool:
    columns = ("ids", "users", "evidence_horizon")
    same = all(np.array_equal(getattr(one, name), getattr(two, name)) for name in columns)
    return same and all(np.array_equal(a, b) for a, b in zip(one.histories, two.histories, strict=True))


def _same_ranking(one: Ranking, two: Ranking) -> bool:
    return np.array_equal(one.items, two.items) and np.array_equal(one.scores, two.scores)


def _kind(model: object) -> str:
    return type(model).__name__


def _expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
