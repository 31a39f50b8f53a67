"""The planner: sends each query to a light tool, to the reasoner, or to the reasoner with the tools' answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from rr_planner.answers import Answers
from rr_planner.cascade import FUSION, LAST_RESORT, Models
from rr_planner.errors import InvalidPolicyError, InvalidQueryError, NoAnswerError, OverloadedError
from rr_planner.ledger import Ledger
from rr_planner.observer import Observer
from rr_planner.policies.policy import Policy
from rr_planner.protocols import AsyncReasoner, AsyncTool, Reasoner, Tool
from rr_planner.request import Request, causes_of
from rr_planner.resilience.breaker import BreakerState
from rr_planner.resilience.bulkhead import Bulkhead
from rr_planner.resilience.clock import Clock, SystemClock
from rr_planner.resilience.conduct import Conductor
from rr_planner.resilience.deadline import Deadline
from rr_planner.resilience.lane import Lane
from rr_planner.resilience.last_resort import LastResort
from rr_planner.resilience.settings import Resilience
from rr_planner.resilience.workers import Workers
from rr_planner.selection import MostConfident, Selection
from rr_planner.types import QueryBatch

_log = logging.getLogger(__name__)


class Planner:
    """A cascade with early exit over the tools and one reasoner (paper, section 3.3; decided by a `Policy`).

    1. The tools are asked where the policy may delegate. Where it does, the selected tool's answer is served.
    2. The reasoner is asked about the rest. Where the policy is content, its answer is served.
    3. For what is left the consulted tools are asked, and the reasoner decides again with their answers.

    A tool or reasoner that raises, is late, or answers with something that is no ranking never fails the query: it is
    left out, and the answer says so. Without the reasoner the tools' answers are fused; without a delegate the reasoner
    answers; without anybody the last resort does. A model that keeps failing is left alone for a while (`Resilience`).
    Each step runs as one batch over the queries that need it; the answer to a query does not depend on its batch.

    Threads and event loops may share a planner. `policy` may be set at any time: a request keeps the policy it began
    with.

    Args:
        tools: at least one, with distinct names; their order breaks ties.
        reasoner: the model that deliberates.
        policy: who decides, such as `Bands`.
        selection: which tool answers a query of low risk; the most confident one by default.
        consult: names of the tools whose answers the reasoner sees at high risk; all by default.
        ledger: records every answer with its decision, if given.
        resilience: deadlines, retries and limits; by default nothing is interrupted.
        last_resort: [N] item ids, best first, served when nobody else answers, such as the most popular ones.
        n_items: item ids are 0..n_items-1; an answer with another one is invalid. Any whole number is an id where None.
        observers: are told of every request.
        clock: what tells the time.

    Raises:
        InvalidPolicyError: no tool, a model that lacks a method or attribute, a name twice, or a name to consult that
            no tool has.
    """

    def __init__(
        self,
        *,
        tools: Sequence[Tool | AsyncTool],
        reasoner: Reasoner | AsyncReasoner,
        policy: Policy,
        selection: Selection | None = None,
        consult: Sequence[str] | None = None,
        ledger: Ledger | None = None,
        resilience: Resilience | None = None,
        last_resort: ArrayLike | None = None,
        n_items: int | None = None,
        observers: Sequence[Observer] = (),
        clock: Clock | None = None,
    ) -> None:
        """Check that the parts fit together."""
        _check_shape("tools", tools, (Tool, AsyncTool))
        _check_shape("reasoner", [reasoner], (Reasoner, AsyncReasoner))
        names = tuple(tool.name for tool in tools)
        if not names or len({*names, reasoner.name, FUSION, LAST_RESORT}) < len(names) + 3:
            received = f"tools named {list(names)} and a reasoner named {reasoner.name!r}"
            allowed = f"at least one tool; all names distinct, none {FUSION!r} or {LAST_RESORT!r}"
            raise InvalidPolicyError("tools", received, allowed)
        consulted = names if consult is None else tuple(consult)
        if not consulted or not set(consulted) <= set(names):
            raise InvalidPolicyError("consult", f"{list(consulted)}", f"at least one name among {', '.join(names)}")
        self.policy = policy
        self.selection = selection or MostConfident()
        self.ledger = ledger
        self.resilience = resilience or Resilience()
        self.observers = tuple(observers)
        self._clock = clock or SystemClock()
        self._models = Models(names, reasoner.name, consulted, None if last_resort is None else LastResort(last_resort))
        lanes = [Lane.to_tool(tool, self.resilience, self._clock, n_items) for tool in tools]
        lanes.append(Lane.to_reasoner(reasoner, self.resilience, self._clock, n_items))
        self._lanes = {lane.name: lane for lane in lanes}
        self._conductor = Conductor(self._lanes, Workers(), self._clock)
        self._admission = Bulkhead(self.resilience.admitted)
        self.selection.required(names)  # a selection that names an unknown tool raises here, not at the first query

    @property
    def tool_names(self) -> tuple[str, ...]:
        """The tools' names, in order."""
        return self._models.tools

    @property
    def breakers(self) -> Mapping[str, BreakerState]:
        """Whether each model is being asked at present, by name."""
        return {name: lane.breaker.state for name, lane in self._lanes.items()}

    @property
    def busy(self) -> Mapping[str, int]:
        """How many calls to each model are out, hung ones included, by name."""
        return {name: lane.bulkhead.inside for name, lane in self._lanes.items()}

    def answer(self, queries: QueryBatch, k: int, *, deadline: Deadline | None = None) -> Answers:
        """Answer a batch of queries with the k best items each.

        Args:
            queries: B of them; none gives no answers.
            k: length of the lists, at least 1.
            deadline: of this request; that of `resilience` by default.

        Raises:
            InvalidQueryError: k is not a whole number of at least 1.
            InvalidPolicyError: a model can only be awaited.
            OverloadedError: too many requests are being answered; nothing was asked.
            NoAnswerError: for some query every tool and the reasoner failed, and there is no last resort. The error
                names the causes and holds the answers to the other queries.
        """
        for name, lane in self._lanes.items():
            if not lane.waits:
                raise InvalidPolicyError("tools", f"{name!r}, which can only be awaited", "Planner.aanswer")
        request = self._open(queries, k, deadline)
        try:
            while request.asks:
                request.take(self._conductor.run(request.asks, request.deadline, request.reserve_s))
            return self._close(request)
        finally:
            self._admission.leave()

    async def aanswer(self, queries: QueryBatch, k: int, *, deadline: Deadline | None = None) -> Answers:
        """Do the same without blocking the event loop: models that can be awaited are, blocking ones run in threads.

        Cancelling it cancels what is awaited; a thread cannot be stopped, and keeps its place until it returns.

        Raises:
            InvalidQueryError: as for `answer`.
            OverloadedError: as for `answer`.
            NoAnswerError: as for `answer`.
        """
        request = self._open(queries, k, deadline)
        try:
            while request.asks:
                calls = await self._conductor.run_async(request.asks, request.deadline, request.reserve_s)
                request.take(calls)
            return self._close(request)
        finally:
            self._admission.leave()

    def _open(self, queries: QueryBatch, k: int, deadline: Deadline | None) -> Request:
        if not hasattr(k, "__index__") or k < 1:
            raise InvalidQueryError("k", repr(k), "a whole number of at least 1")
        if not self._admission.enter():
            self._tell(lambda observer: observer.shed(len(queries)))
            raise OverloadedError(self._admission.limit)
        try:
            deadline = deadline or Deadline.after(self.resilience.deadline_s, self._clock)
            share = self.resilience.reserve
            return Request(self._models, queries, int(k), self.policy, self.selection, deadline, share)
        except BaseException:
            self._admission.leave()
            raise

    def _close(self, request: Request) -> Answers:
        answers = request.answers()
        unserved = [row for row, name in enumerate(answers.served_by) if not name]
        if self.observers:
            self._tell(lambda observer: observer.answered(answers, request.start, self._clock))
        if not unserved:
            self._write(answers, range(len(answers)))
            return answers
        served = [row for row, name in enumerate(answers.served_by) if name]
        self._write(answers, served)
        causes = {answers[row].query_id: causes_of(answers.calls, row) for row in unserved}
        raise NoAnswerError(causes, answers.take(served))

    def _write(self, answers: Answers, rows: Sequence[int]) -> None:
        if self.ledger is None:
            return
        try:
            self.ledger.append(answers.take(rows))
        except OSError as error:  # a full disk must not cost the user the answer
            _log.error("the ledger could not be written", exc_info=error)

    def _tell(self, news: Callable[[Observer], None]) -> None:
        for observer in self.observers:
            try:
                news(observer)
            except Exception as error:  # nor must a metric
                _log.error("%s failed", type(observer).__name__, exc_info=error)


def _check_shape(field: str, models: Sequence[Any], protocols: tuple[type, type]) -> None:
    for model in models:
        if not isinstance(model, protocols):
            offers = f"what rr_planner.protocols.{protocols[0].__name__} asks for; rr_planner.testing checks it"
            raise InvalidPolicyError(field, f"a {type(model).__name__}", offers)
