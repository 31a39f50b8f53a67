"""Call a tool or the reasoner so that its failure never reaches the caller."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import DeliberationLike, RankingLike, Reasoner, Tool
from rr_planner.resilience.validation import EMPTY_LIST, Checked, check_ranking, check_thoughts
from rr_planner.types import IntArray, QueryBatch

_Kind = TypeVar("_Kind", bound=RankingLike)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call to one model and what came of it.

    Attributes:
        model: its name.
        step: `answer`, `deliberate` or `deliberate with evidence`.
        rows: [N] the queries it was asked, as rows of the whole batch.
        seconds: how long the call took.
        flops: floating-point operations a query; NaN where unknown.
        errors: why a query has no usable answer, by position in `rows`.
        answer: the checked arrays, aligned with `rows`; None where the whole call failed.
        thoughts: one a query of a reasoner's answer, else empty.
    """

    model: str
    step: str
    rows: IntArray
    seconds: float
    flops: float
    errors: Mapping[int, str]
    answer: Checked | None
    thoughts: tuple[str, ...] = ()

    @property
    def usable(self) -> NDArray[np.bool_]:
        """[N] whether the query has a usable answer."""
        valid = np.ones(len(self.rows), dtype=np.bool_)
        valid[list(self.errors)] = False
        return valid


def ask_tool(tool: Tool, queries: QueryBatch, k: int, rows: IntArray) -> Call:
    """Ask a tool to rank `queries`, which are the rows `rows` of the whole batch."""
    return _guarded(
        tool.name, "answer", rows, tool.flops_per_query, queries, k, ask=lambda: tool.rank(queries, k), check=_ranked
    )


def ask_reasoner(
    reasoner: Reasoner, queries: QueryBatch, k: int, rows: IntArray, evidence: Mapping[str, RankingLike] | None = None
) -> Call:
    """Ask the reasoner about `queries`, alone or with the tools' answers as evidence."""

    def ask() -> DeliberationLike:
        return reasoner.deliberate(queries, k, evidence)

    step, flops = "deliberate", reasoner.flops_per_query
    if evidence:
        step, flops = "deliberate with evidence", reasoner.flops_with_evidence
    return _guarded(reasoner.name, step, rows, flops, queries, k, ask=ask, check=_deliberated)


def _guarded(
    model: str,
    step: str,
    rows: IntArray,
    flops: float,
    queries: QueryBatch,
    k: int,
    *,
    ask: Callable[[], _Kind],
    check: Callable[[_Kind, QueryBatch, int], tuple[Checked, tuple[str, ...]]],
) -> Call:
    start = time.perf_counter()
    try:
        given = ask()
        seconds = time.perf_counter() - start
        answer, thoughts = check(given, queries, k)
    except Exception as error:  # whatever a model raises, the query goes on without it
        seconds = time.perf_counter() - start
        _log.warning("%s failed to %s %d queries", model, step, len(rows), exc_info=error)
        errors = dict.fromkeys(range(len(rows)), f"{type(error).__name__}: {error}")
        return Call(model, step, rows, seconds, flops, errors, None)
    faults = {row: message for row, message in answer.errors.items() if message != EMPTY_LIST}
    if faults:
        row, first = next(iter(faults.items()))
        counts = len(faults), len(rows)
        _log.warning("%s: %d of %d answers are invalid; query %s: %s", model, *counts, queries.ids[row], first)
    return Call(model, step, rows, seconds, flops, answer.errors, answer, thoughts)


def _ranked(given: RankingLike, queries: QueryBatch, k: int) -> tuple[Checked, tuple[str, ...]]:
    return check_ranking(given, queries, k), ()


def _deliberated(given: DeliberationLike, queries: QueryBatch, k: int) -> tuple[Checked, tuple[str, ...]]:
    if getattr(given, "confidence", None) is None:
        raise InvalidAnswerError("confidence", "None", "a number in [0, 1] for each query")
    return check_ranking(given, queries, k), check_thoughts(getattr(given, "thoughts", None), len(queries))
