"""The values that cross the planner's boundary: queries in, rankings through, decisions and answers out.

In the order in which a query meets them: Route and Risk, QueryBatch, Ranking and Deliberation, Decision, Attempt and
Answer. `rr_planner.answers` holds the answers of a whole batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidAnswerError, InvalidQueryError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
EMPTY: Mapping[str, NDArray[Any]] = MappingProxyType({})


class Route(StrEnum):
    """Who answers a query (paper, section 3.3)."""

    TOOLS = "tools"  # low risk: delegated to light models
    REASONER = "reasoner"  # medium risk: the reasoner alone
    BOTH = "both"  # high risk: tools are consulted, the reasoner decides again


class Risk(StrEnum):
    """The paper's three risk levels (Fig. 3)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RISK_OF_ROUTE: Mapping[Route, Risk] = MappingProxyType(
    {Route.TOOLS: Risk.LOW, Route.REASONER: Risk.MEDIUM, Route.BOTH: Risk.HIGH}
)


@dataclass(frozen=True, slots=True, eq=False)
class QueryBatch:
    """A batch of B ranking queries, column by column.

    Attributes:
        ids: [B] query ids, any dtype; they name queries in ledgers and answers.
        users: [B] user ids, any dtype; a tool that does not know a user answers as for a new one.
        histories: B arrays of int64 item ids, oldest first; an empty array is a user without history.
        evidence_horizon: [B] float64 in [0, 1]; 1 means no evidence (paper, section 3.2).
        candidates: [B, C] int64 item ids to rank, or None for the whole catalogue.
        features: further [B] columns of the team's own, by name.

    Build one with `QueryBatch.of`, which checks everything.
    """

    ids: NDArray[Any]
    users: NDArray[Any]
    histories: tuple[IntArray, ...]
    evidence_horizon: FloatArray
    candidates: IntArray | None = None
    features: Mapping[str, NDArray[Any]] = field(default_factory=lambda: EMPTY)

    @classmethod
    def of(
        cls,
        *,
        users: ArrayLike,
        histories: Sequence[ArrayLike],
        evidence_horizon: ArrayLike,
        ids: ArrayLike | None = None,
        candidates: ArrayLike | None = None,
        features: Mapping[str, ArrayLike] | None = None,
    ) -> QueryBatch:
        """Check and freeze a batch; `ids` defaults to 0..B-1.

        Raises:
            InvalidQueryError: a column has another length than `users`, a horizon lies outside [0, 1] or is not
                finite, or histories hold something else than whole numbers. The message names the column.

        Example:
            >>> batch = QueryBatch.of(users=[7, 9], histories=[[1, 2], []], evidence_horizon=[0.2, 1.0])
            >>> len(batch), batch.take([1]).users.tolist()
            (2, [9])
        """
        user_column = np.asarray(users)
        size = len(user_column) if user_column.ndim == 1 else -1
        if size < 0:
            raise InvalidQueryError("users", f"an array of shape {user_column.shape}", "one id a query, shape [B]")
        columns = {name: _column(name, np.asarray(values), size) for name, values in (features or {}).items()}
        horizon = _column("evidence_horizon", np.asarray(evidence_horizon), size)
        if horizon.dtype.kind not in "fiu":
            raise InvalidQueryError("evidence_horizon", f"dtype {horizon.dtype}", "numbers in [0, 1]")
        horizon = horizon.astype(np.float64)
        if not np.all((horizon >= 0) & (horizon <= 1)):
            bad = horizon[~((horizon >= 0) & (horizon <= 1))][0]
            raise InvalidQueryError("evidence_horizon", f"{bad}", "finite numbers in [0, 1]")
        if len(histories) != size:
            raise InvalidQueryError("histories", f"{len(histories)} of them", f"one for each of the {size} users")
        return cls(
            ids=np.arange(size) if ids is None else _column("ids", np.asarray(ids), size),
            users=user_column,
            histories=tuple(_item_ids("histories", history, 1) for history in histories),
            evidence_horizon=horizon,
            candidates=None if candidates is None else _candidates(candidates, size),
            features=MappingProxyType(columns) if columns else EMPTY,
        )

    def __len__(self) -> int:
        """Return B."""
        return len(self.users)

    def take(self, indices: ArrayLike) -> QueryBatch:
        """Return the queries at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        return QueryBatch(
            ids=self.ids[rows],
            users=self.users[rows],
            histories=tuple(self.histories[row] for row in rows),
            evidence_horizon=self.evidence_horizon[rows],
            candidates=None if self.candidates is None else self.candidates[rows],
            features=MappingProxyType({name: values[rows] for name, values in self.features.items()}),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The top k items for each of B queries, best first.

    Attributes:
        items: [B, k] int64 item ids. A list shorter than k is padded; a padded place has the score -inf.
        scores: [B, k] float, not increasing along a row, comparable inside a row only.
        confidence: [B] float in [0, 1], the calibrated probability that the answer is right, or None.
    """

    items: IntArray
    scores: FloatArray
    confidence: FloatArray | None = None

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike,
        k: int,
        *,
        confidence: ArrayLike | None = None,
        candidates: ArrayLike | None = None,
    ) -> Ranking:
        """Rank the k best of N scored items for each query; equal scores stand in the order of their columns.

        Args:
            scores: [B, N] numbers, higher is better; -inf leaves an item out.
            k: length of the lists; places beyond the N scored items are padded.
            confidence: [B] numbers in [0, 1].
            candidates: [B, N] item ids that the columns stand for; column j is item j where None.

        Raises:
            InvalidAnswerError: scores are not a [B, N] matrix or hold NaN, or another argument has another shape.

        Example:
            >>> ranking = Ranking.from_scores([[0.1, 0.7, 0.2]], 2)
            >>> ranking.items.tolist(), ranking.scores.tolist()
            ([[1, 2]], [[0.7, 0.2]])
        """
        table = np.asarray(scores, dtype=np.float64)
        if table.ndim != 2 or np.isnan(table).any():
            received = f"shape {table.shape}" if table.ndim != 2 else "NaN"
            raise InvalidAnswerError("scores", received, "a [B, N] matrix of numbers")
        order = np.argsort(-table, axis=1, kind="stable")[:, :k]
        width = ((0, 0), (0, max(0, k - order.shape[1])))
        best = np.pad(np.take_along_axis(table, order, 1), width, constant_values=-np.inf)
        if candidates is not None:
            ids = _item_ids("candidates", candidates, 2)
            if ids.shape != table.shape:
                raise InvalidAnswerError("candidates", f"shape {ids.shape}", f"the shape of scores, {table.shape}")
            order = np.take_along_axis(ids, order, 1)
        sure = None if confidence is None else np.asarray(confidence, dtype=np.float64)
        if sure is not None and sure.shape != (len(table),):
            raise InvalidAnswerError("confidence", f"shape {sure.shape}", f"shape ({len(table)},), one value a query")
        return cls(np.pad(order, width).astype(np.int64, copy=False), best, sure)

    def __len__(self) -> int:
        """Return B."""
        return len(self.items)

    def take(self, indices: ArrayLike) -> Ranking:
        """Return the rows at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        confidence = None if self.confidence is None else self.confidence[rows]
        return Ranking(self.items[rows], self.scores[rows], confidence)


@dataclass(frozen=True, slots=True, eq=False)
class Deliberation(Ranking):
    """A reasoner's answer to B queries: a ranking with the thought behind it.

    Attributes:
        thoughts: B readable thoughts, in the order of the queries.
    """

    thoughts: Sequence[str] = ()

    def take(self, indices: ArrayLike) -> Deliberation:
        """Return the rows at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        confidence = None if self.confidence is None else self.confidence[rows]
        return Deliberation(self.items[rows], self.scores[rows], confidence, tuple(self.thoughts[row] for row in rows))


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one query was sent and why.

    The record holds all that the policy looked at, so the policy with this hash decides the same again.

    Attributes:
        query_id: the query's id.
        route: who was to answer it.
        evidence_horizon: in [0, 1]; 1 means no evidence.
        confidence: calibrated confidence of the delegate (route TOOLS) or of the reasoner alone; NaN where unknown.
        tools: the tools the decision sends the query to.
        reason: the decision in words.
        policy: the policy's name.
        policy_hash: hash of the policy's settings.
        tool_confidence: calibrated confidence by tool that was asked; NaN where a tool has none or failed.
        agreement: between the tools that were asked, in [0, 1]; NaN with fewer than two answers, or where the policy
            does not look at it.
        reasoner_confidence: of the reasoner alone; NaN where it did not run.
        delegate: the tool that would have answered; empty where none could.
        features: the team's own numbers on the query, by name.
    """

    query_id: int | str
    route: Route
    evidence_horizon: float
    confidence: float
    tools: tuple[str, ...]
    reason: str
    policy: str
    policy_hash: str
    tool_confidence: Mapping[str, float]
    agreement: float
    reasoner_confidence: float
    delegate: str = ""
    features: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def risk(self) -> Risk:
        """The paper's name for the route (Fig. 3)."""
        return RISK_OF_ROUTE[self.route]


NOT_ASKED = "not asked: "  # starts the error of a call that was refused before it reached the model
SUPERSEDED = "not waited for: another call to it answered first"
EMPTY_LIST = "items: an empty list"


class Outcome(StrEnum):
    """What came of a call for one query."""

    OK = "ok"  # an answer that could be served
    EMPTY = "empty"  # the model has nothing to say about this query, which is no fault
    SUPERSEDED = "superseded"  # a second call answered first
    REFUSED = "refused"  # not made: open breaker, no place, no time
    FAILED = "failed"  # raised, was too late, or no ranking

    @classmethod
    def of(cls, error: str) -> Outcome:
        """Read it off the error of an attempt."""
        if error.startswith(NOT_ASKED):
            return cls.REFUSED
        return {"": cls.OK, EMPTY_LIST: cls.EMPTY, SUPERSEDED: cls.SUPERSEDED}.get(error, cls.FAILED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that was made for a query, or refused before it was made.

    Attributes:
        model: name of the tool or reasoner.
        step: what it was asked for: `answer`, `deliberate` or `deliberate with evidence`.
        error: why the answer could not be used; empty where it could.
        latency_ms: the query's share of the call, in milliseconds.
    """

    model: str
    step: str
    error: str
    latency_ms: float

    @property
    def outcome(self) -> Outcome:
        """What came of it, in one word."""
        return Outcome.of(self.error)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer to one query.

    Attributes:
        query_id: the query's id.
        items: [n] item ids, best first, n at most k.
        scores: [n] their scores, not increasing.
        confidence: calibrated probability that the answer is right; NaN where nobody gave one.
        served_by: the tool or reasoner whose ranking this is, `fusion` or `last-resort`.
        tools_used: tools whose answers went into this one.
        thought: the reasoner's thought; empty where a tool answered.
        degraded: what failed on the way, in words; empty where nothing did.
        attempts: every call that was made for this query, in order.
        latency_ms: time spent on this query, its share of each batch it was part of.
        flops: floating-point operations of all attempts; NaN where a model does not tell.
        decision: where the query was sent and why.
        cost: what all attempts cost, in the team's own unit; NaN where a model does not tell.
        disagreed: whether the reasoner's first item is another than most consulted tools'; None where it saw none.
    """

    query_id: int | str
    items: IntArray
    scores: FloatArray
    confidence: float
    served_by: str
    tools_used: tuple[str, ...]
    thought: str
    degraded: str
    attempts: tuple[Attempt, ...]
    latency_ms: float
    flops: float
    decision: Decision
    cost: float = float("nan")
    disagreed: bool | None = None

    @property
    def route(self) -> Route:
        """The route the policy asked for; `served_by` tells who answered in the end."""
        return self.decision.route


def _column(name: str, values: NDArray[Any], size: int) -> NDArray[Any]:
    if values.shape != (size,):
        raise InvalidQueryError(name, f"shape {values.shape}", f"shape ({size},), one value a query")
    return values


def _item_ids(name: str, values: ArrayLike, ndim: int) -> IntArray:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != ndim or array.dtype.kind not in "iu":
        raise InvalidQueryError(name, f"dtype {array.dtype}, shape {array.shape}", f"{ndim}-d arrays of item ids (int)")
    return array.astype(np.int64, copy=False)


def _candidates(values: ArrayLike, size: int) -> IntArray:
    array = _item_ids("candidates", values, 2)
    if len(array) != size:
        raise InvalidQueryError("candidates", f"{len(array)} rows", f"one row for each of the {size} users")
    return array
