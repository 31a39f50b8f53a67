"""Queries with known confidences as JSON lines: what `rr-planner route` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidPolicyError, InvalidQueryError
from rr_planner.policies.settings import reject_unknown
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.selection import MostConfident

_KEYS = ("query_id", "evidence_horizon", "tool_confidence", "agreement", "reasoner_confidence", "features")


@dataclass(frozen=True, slots=True, eq=False)
class QueryLine:
    """One line: the query's id and what is known of it, as a batch of one."""

    query_id: int | str
    signals: Signals


def read_query_lines(path: str | os.PathLike[str]) -> Iterator[QueryLine]:
    """Yield the queries of a file; `query_id` defaults to the line's number.

    The tool that would answer is the one with the highest confidence.

    Raises:
        InvalidQueryError: the file cannot be read, or a line is no query; the message names file, line and key.
    """
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _parse(line, number, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidQueryError(f"{path}", f"a file that cannot be read ({error})", "queries, one a line") from None


def _parse(line: str, number: int, where: str) -> QueryLine:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise InvalidQueryError(where, f"no JSON ({error})", "one JSON object") from None
    if not isinstance(record, dict):
        raise InvalidQueryError(where, type(record).__name__, "one JSON object")
    try:
        reject_unknown(record, _KEYS)
    except InvalidPolicyError as error:
        raise InvalidQueryError(f"{where}: {error.field}", error.received, error.allowed) from None
    query_id = record.get("query_id", number)
    if isinstance(query_id, bool) or not isinstance(query_id, (int, str)):
        raise InvalidQueryError(f"{where}: query_id", repr(query_id), "a text or a whole number")
    return QueryLine(query_id, _signals(record, query_id, where))


def _signals(record: Mapping[str, Any], query_id: int | str, where: str) -> Signals:
    tools = record.get("tool_confidence", {})
    if not isinstance(tools, dict):
        raise InvalidQueryError(f"{where}: tool_confidence", repr(tools), "an object of confidences by tool name")
    names = tuple(tools)
    confidence = np.array([[_fraction(tools[name], f"{where}: tool_confidence.{name}")] for name in names])
    confidence = confidence.reshape(len(names), 1)
    signals = Signals(
        ids=np.array([query_id]),
        evidence_horizon=np.array([_fraction(record.get("evidence_horizon"), f"{where}: evidence_horizon")]),
        tool_names=names,
        tool_confidence=confidence,
        delegate=np.array([NO_TOOL]),
        agreement=np.array([_optional(record, "agreement", where)]),
        reasoner_confidence=np.array([_optional(record, "reasoner_confidence", where)]),
        features=_features(record.get("features", {}), where),
    )
    return replace(signals, delegate=MostConfident().select(signals, np.ones(confidence.shape, dtype=np.bool_)))


def _features(features: object, where: str) -> dict[str, NDArray[Any]]:
    if not isinstance(features, dict) or any(
        isinstance(value, bool) or not isinstance(value, (int, float)) for value in features.values()
    ):
        raise InvalidQueryError(f"{where}: features", repr(features), "an object of numbers by name")
    return {name: np.array([value], dtype=np.float64) for name, value in features.items()}


def _optional(record: Mapping[str, Any], key: str, where: str) -> float:
    return float("nan") if record.get(key) is None else _fraction(record[key], f"{where}: {key}")


def _fraction(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InvalidQueryError(where, repr(value), "a number in [0, 1]")
    return float(value)
