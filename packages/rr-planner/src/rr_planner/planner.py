"""The planner: sends each query to a light tool, to the reasoner, or to the reasoner with the tools' answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import numpy as np

from rr_planner.answers import Answers
from rr_planner.cascade import FUSION, NOBODY, Cascade, Models
from rr_planner.errors import InvalidPolicyError, InvalidQueryError, NoAnswerError
from rr_planner.ledger import Ledger
from rr_planner.policies.policy import Policy
from rr_planner.protocols import Reasoner, Tool
from rr_planner.resilience.validation import EMPTY_LIST
from rr_planner.selection import MostConfident, Selection
from rr_planner.types import FloatArray, QueryBatch, Ranking

_log = logging.getLogger(__name__)


class Planner:
    """A cascade with early exit over the tools and one reasoner (paper, section 3.3; decided by a `Policy`).

    1. The tools are asked where the policy may delegate. Where it does, the selected tool's answer is served.
    2. The reasoner is asked about the rest. Where the policy is content, its answer is served.
    3. For what is left the consulted tools are asked, and the reasoner decides again with their answers.

    A tool or reasoner that raises or answers with something that is no ranking never fails the query: it is left out,
    and the answer says so. Without the reasoner the tools' answers are fused; without a delegate the reasoner answers.
    Each step runs as one batch over the queries that need it; the answer to a query does not depend on its batch.

    Args:
        tools: at least one, with distinct names; their order breaks ties.
        reasoner: the model that deliberates.
        policy: who decides, such as `Bands`.
        selection: which tool answers a query of low risk; the most confident one by default.
        consult: names of the tools whose answers the reasoner sees at high risk; all by default.
        ledger: records every answer with its decision, if given.

    Raises:
        InvalidPolicyError: no tool, a model that lacks a method or attribute, a name twice, or a name to consult that
            no tool has.
    """

    def __init__(
        self,
        *,
        tools: Sequence[Tool],
        reasoner: Reasoner,
        policy: Policy,
        selection: Selection | None = None,
        consult: Sequence[str] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Check that the parts fit together."""
        _check_shape("tools", tools, Tool)
        _check_shape("reasoner", [reasoner], Reasoner)
        names = [tool.name for tool in tools]
        if not names or len({*names, reasoner.name, FUSION}) < len(names) + 2:
            received = f"tools named {names} and a reasoner named {reasoner.name!r}"
            raise InvalidPolicyError("tools", received, f"at least one tool; all names distinct, none {FUSION!r}")
        consulted = tuple(names if consult is None else consult)
        if not consulted or not set(consulted) <= set(names):
            raise InvalidPolicyError("consult", f"{list(consulted)}", f"at least one name among {', '.join(names)}")
        self.policy = policy
        self.selection = selection or MostConfident()
        self.ledger = ledger
        self._models = Models({tool.name: tool for tool in tools}, reasoner, consulted)
        self.selection.required(names)  # a selection that names an unknown tool raises here, not at the first query

    def answer(self, queries: QueryBatch, k: int) -> Answers:
        """Answer a batch of queries with the k best items each.

        Raises:
            InvalidQueryError: k is not a whole number of at least 1.
            NoAnswerError: for some query every tool and the reasoner failed. The error names the causes and holds the
                answers to the other queries.
        """
        if not hasattr(k, "__index__") or k < 1:
            raise InvalidQueryError("k", repr(k), "a whole number of at least 1")
        start = time.perf_counter()
        run = Cascade(self._models, queries, int(k))
        if len(queries):
            run.route(self.policy, self.selection)
            run.serve()
        failures = _failures(run)
        unserved = np.flatnonzero(run.unserved)
        answers = self._answers(run, failures, start)
        self._write(answers, np.flatnonzero(~run.unserved).tolist())
        if len(unserved):
            causes = {answers[row].query_id: failures[row] for row in unserved.tolist()}
            raise NoAnswerError(causes, answers.take(np.flatnonzero(~run.unserved).tolist()))
        return answers

    def _answers(self, run: Cascade, failures: Sequence[Sequence[str]], start: float) -> Answers:
        latency, flops = _spent(run)
        elapsed = 1000.0 * (time.perf_counter() - start)
        # The planner's own time, shared equally, so that latencies sum to the time of the call.
        latency += (elapsed - latency.sum()) / max(1, len(latency))
        return Answers(
            ranking=Ranking(run.items, run.scores, run.confidence),
            served_by=tuple(run.names[index] if index != NOBODY else "" for index in run.server.tolist()),
            tools_used=tuple(run.used),
            thoughts=tuple(run.thoughts),
            degraded=tuple(
                "; ".join(cause for cause in causes if not cause.endswith(EMPTY_LIST)) for causes in failures
            ),
            latency_ms=latency,
            flops=flops,
            signals=run.signals,
            policy=self.policy,
            codes=run.codes,
            consulted=self._models.consulted,
            calls=tuple(run.calls),
        )

    def _write(self, answers: Answers, rows: Sequence[int]) -> None:
        if self.ledger is None:
            return
        try:
            self.ledger.append(answers.take(rows))
        except OSError as error:  # a full disk must not cost the user the answer
            _log.error("the ledger could not be written", exc_info=error)


def _check_shape(field: str, models: Sequence[object], protocol: type) -> None:
    for model in models:
        if not isinstance(model, protocol):
            offers = f"what rr_planner.protocols.{protocol.__name__} asks for; rr_planner.testing checks it"
            raise InvalidPolicyError(field, f"a {type(model).__name__}", offers)


def _spent(run: Cascade) -> tuple[FloatArray, FloatArray]:
    latency, flops = np.zeros(len(run.codes)), np.zeros(len(run.codes))
    for call in run.calls:
        latency[call.rows] += 1000.0 * call.seconds / len(call.rows)
        flops[call.rows] += call.flops
    return latency, flops


def _failures(run: Cascade) -> list[list[str]]:
    failures: list[list[str]] = [[] for _ in range(len(run.codes))]
    for call in run.calls:
        for place, message in call.errors.items():
            failures[int(call.rows[place])].append(f"{call.model} failed to {call.step}: {message}")
    return failures
