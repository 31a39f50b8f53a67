"""One question to one model, and what came of asking it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.resilience.validation import Checked, check_ranking, check_thoughts
from rr_planner.types import EMPTY_LIST, IntArray, QueryBatch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What one model is to be asked.

    Attributes:
        model: its name.
        step: `answer`, `deliberate` or `deliberate with evidence`.
        rows: [N] the queries, as rows of the whole batch.
        queries: the N queries.
        k: length of the lists.
        evidence: the tools' answers, aligned with the queries; None for none.
        final: nobody else will be asked after this, so it may use up the deadline.
    """

    model: str
    step: str
    rows: IntArray
    queries: QueryBatch
    k: int
    evidence: Mapping[str, RankingLike] | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call to one model and what came of it.

    Attributes:
        model: its name.
        step: `answer`, `deliberate` or `deliberate with evidence`.
        rows: [N] the queries it was asked, as rows of the whole batch.
        start: when it was sent, on the planner's clock.
        seconds: how long the call took.
        flops: floating-point operations a query; NaN where unknown.
        cost: what a query cost, in the team's own unit; NaN where unknown.
        errors: why a query has no usable answer, by position in `rows`.
        answer: the checked arrays, aligned with `rows`; None where the whole call failed.
        thoughts: one a query of a reasoner's answer, else empty.
    """

    model: str
    step: str
    rows: IntArray
    start: float
    seconds: float
    flops: float
    cost: float
    errors: Mapping[int, str]
    answer: Checked | None
    thoughts: tuple[str, ...] = ()

    @property
    def usable(self) -> NDArray[np.bool_]:
        """[N] whether the query has a usable answer."""
        valid = np.ones(len(self.rows), dtype=np.bool_)
        valid[list(self.errors)] = False
        return valid


Check = Callable[[Any, QueryBatch, int], tuple[Checked, tuple[str, ...]]]


def answered(ask: Ask, given: object, check: Check, start: float, seconds: float, price: tuple[float, float]) -> Call:
    """Check what a model gave.

    Raises:
        InvalidAnswerError: none of it can be used.
    """
    answer, thoughts = check(given, ask.queries, ask.k)
    if answer.errors:
        _report(ask, answer.errors)
    return Call(ask.model, ask.step, ask.rows, start, seconds, *price, answer.errors, answer, thoughts)


def failed(
    ask: Ask, error: BaseException | str, start: float, seconds: float, price: tuple[float, float] = (0.0, 0.0)
) -> Call:
    """Record that no query of the call has an answer, and why."""
    if isinstance(error, BaseException):
        _log.warning("%s failed to %s %d queries", ask.model, ask.step, len(ask.rows), exc_info=error)
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return Call(ask.model, ask.step, ask.rows, start, seconds, *price, dict.fromkeys(range(len(ask.rows)), text), None)


def check_answer(n_items: int | None) -> Check:
    """Return what checks a tool's answer, item ids against 0..n_items-1 if that is known."""
    return lambda given, queries, k: (check_ranking(given, queries, k, n_items=n_items), ())


def check_deliberation(n_items: int | None) -> Check:
    """Return what checks a reasoner's answer: it has confidences and thoughts too."""

    def check(given: Any, queries: QueryBatch, k: int) -> tuple[Checked, tuple[str, ...]]:
        if getattr(given, "confidence", None) is None:
            raise InvalidAnswerError("confidence", "None", "a number in [0, 1] for each query")
        ranking = check_ranking(given, queries, k, n_items=n_items)
        return ranking, check_thoughts(getattr(given, "thoughts", None), len(queries))

    return check


def _report(ask: Ask, errors: Mapping[int, str]) -> None:
    faults = {row: message for row, message in errors.items() if message != EMPTY_LIST}
    if faults:
        row, first = next(iter(faults.items()))
        counts = len(faults), len(ask.rows)
        _log.warning("%s: %d of %d answers are invalid; query %s: %s", ask.model, *counts, ask.queries.ids[row], first)
