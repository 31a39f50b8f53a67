"""A model in a process of its own, answering the requests that arrive together as one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from rr_planner.protocols import RankingLike
from rr_planner.resilience.faults import fault_of
from rr_planner.serve.config import ServiceConfig
from rr_planner.types import QueryBatch, Ranking
from rr_planner.wire import queries_from_json, queries_to_json, ranking_from_json, ranking_to_json

Message = Mapping[str, Any]


def question(queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None) -> Message:
    """Return what a replica is asked, in plain values."""
    told = {name: ranking_to_json(ranking) for name, ranking in (evidence or {}).items()}
    return {"queries": queries_to_json(queries), "k": k, "evidence": told}


def answer_of(message: Message) -> Ranking:
    """Return what a replica answered.

    Raises:
        ReplicaError: it failed.
    """
    if "error" in message:
        raise ReplicaError(message["error"], retryable=message["retryable"], retry_after_s=message["retry_after_s"])
    return ranking_from_json(message)


class ReplicaError(Exception):
    """A model failed in its process; `status_code` tells the planner whether to try again."""

    def __init__(self, text: str, *, retryable: bool, retry_after_s: float = 0.0) -> None:
        """Keep what the model raised, in words."""
        super().__init__(text)
        self.status_code = 503 if retryable else 500 + 1  # 501 is never tried again
        self.retry_after = retry_after_s


class Replica:
    """Loads one model of a configuration and answers batches of requests.

    Args:
        config: of the service.
        place: of the model among the tools; None for the reasoner.
    """

    def __init__(self, config: ServiceConfig, place: int | None) -> None:
        """Load the model."""
        self._reasons = place is None
        self._model = config.model(config.reasoner if place is None else config.tools[place])

    async def ask(self, messages: Sequence[Message]) -> list[Message]:
        """Answer requests that arrived together, those of one shape as one batch; a failure is its batch's alone."""
        groups: dict[Hashable, list[int]] = {}
        for place, message in enumerate(messages):
            groups.setdefault(_shape(message), []).append(place)
        answers: list[Message] = [{}] * len(messages)
        for places in groups.values():
            given = await self._batch([messages[place] for place in places])
            for place, answer in zip(places, given, strict=True):
                answers[place] = answer
        return answers

    async def _batch(self, messages: Sequence[Message]) -> list[Message]:
        queries = queries_from_json([query for message in messages for query in message["queries"]])
        evidence = {
            name: _joined([message["evidence"][name] for message in messages]) for name in messages[0]["evidence"]
        }
        try:
            ranking = ranking_to_json(await self._call(queries, messages[0]["k"], evidence))
        except Exception as error:  # it travels as words: its class may be unknown where it arrives
            fault = fault_of(error)
            text = f"{type(error).__name__}: {error}"
            told = {"error": text, "retryable": fault.retryable, "retry_after_s": fault.retry_after_s}
            return [told] * len(messages)
        answers: list[Message] = []
        start = 0
        for message in messages:
            end = start + len(message["queries"])
            answers.append({name: None if rows is None else rows[start:end] for name, rows in ranking.items()})
            start = end
        return answers

    async def _call(self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike]) -> RankingLike:
        arguments = (queries, k, evidence or None) if self._reasons else (queries, k)
        awaited = getattr(self._model, "adeliberate" if self._reasons else "arank", None)
        if awaited is not None:
            given: RankingLike = await awaited(*arguments)
            return given
        return await asyncio.to_thread(self._model.deliberate if self._reasons else self._model.rank, *arguments)


def _shape(message: Message) -> Hashable:
    """Return what requests must have in common to be one batch."""
    first = message["queries"][0] if message["queries"] else {}
    columns = (type(first.get("user")), type(first.get("id")), *sorted(first.get("features") or ()))
    return message["k"], len(first.get("candidates") or ()), columns, tuple(message["evidence"])


def _joined(rankings: Sequence[Mapping[str, Any]]) -> RankingLike:
    known = [name for name in ("items", "scores", "confidence") if all(one[name] is not None for one in rankings)]
    return ranking_from_json({name: [row for one in rankings for row in one[name]] for name in known})
