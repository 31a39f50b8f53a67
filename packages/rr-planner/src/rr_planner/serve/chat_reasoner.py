"""A language model behind an OpenAI-compatible endpoint (vLLM and others) as a reasoner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.resilience.deadline import Deadline
from rr_planner.serve.http_models import Endpoint
from rr_planner.types import Deliberation, QueryBatch

_UNKNOWN = float("nan")
_SYSTEM = (
    "You recommend items. Think briefly, then rank the items the user will want next. Answer with one JSON object: "
    '{"thought": "one sentence", "items": [item ids, best first], "confidence": probability from 0 to 1 that the next '
    "item is among the first five}."
)
_SCHEMA = {
    "type": "object",
    "properties": {
        "thought": {"type": "string"},
        "items": {"type": "array", "items": {"type": "integer"}},
        "confidence": {"type": "number"},
    },
    "required": ["thought", "items", "confidence"],
}

Prompt = Callable[[QueryBatch, int, Mapping[str, RankingLike] | None], str]


class ChatReasoner:
    """Asks a chat model to rank, one request a query, all of a batch at the same time where it is awaited.

    The confidence is the one the model states: calibrate it (`calibration`) before thresholds mean anything. Items that
    are repeated or no candidates are dropped from the answer; an answer that is no JSON object has no items.

    Args:
        name: differs from the tools' names.
        base_url: such as `http://localhost:8000/v1`.
        model: the model's name there.
        titles: [N] what item id i is called; None shows ids alone.
        prompt: makes the text of a batch of one query, k and the tools' answers; `describe` by default.
        calibration: maps stated confidences [B] to calibrated ones, such as an `Isotonic`.
        max_tokens: longest answer.
        flops_per_query: NaN where unknown.
        flops_with_evidence: NaN where unknown.
        options: of `Endpoint`: `timeout_s`, `headers` (`{"Authorization": "Bearer ..."}`), `transport`.
    """

    accepts_deadline = True

    def __init__(
        self,
        name: str,
        base_url: str,
        model: str,
        *,
        titles: Sequence[str] | None = None,
        prompt: Prompt | None = None,
        calibration: Callable[[Any], Any] | None = None,
        max_tokens: int = 512,
        flops_per_query: float = _UNKNOWN,
        flops_with_evidence: float = _UNKNOWN,
        **options: Any,
    ) -> None:
        """Remember where it is."""
        self.name, self.flops_per_query, self.flops_with_evidence = name, flops_per_query, flops_with_evidence
        self._model, self._max_tokens, self._calibration = model, max_tokens, calibration
        self._prompt: Prompt = prompt or (lambda queries, k, evidence: describe(queries, k, evidence, titles))
        self._n_items = None if titles is None else len(titles)
        self._endpoint = Endpoint(f"{base_url.rstrip('/')}/chat/completions", **options)

    def deliberate(
        self,
        queries: QueryBatch,
        k: int,
        evidence: Mapping[str, RankingLike] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> Deliberation:
        """Ask about one query after the other."""
        contents = self._contents(queries, k, evidence)
        return self._deliberation([self._endpoint.post(content, deadline) for content in contents], queries, k)

    async def adeliberate(
        self,
        queries: QueryBatch,
        k: int,
        evidence: Mapping[str, RankingLike] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> Deliberation:
        """Ask about all queries at the same time."""
        contents = self._contents(queries, k, evidence)
        async with asyncio.TaskGroup() as group:  # the first failure stops the others
            tasks = [group.create_task(self._endpoint.apost(content, deadline)) for content in contents]
        return self._deliberation([task.result() for task in tasks], queries, k)

    def _contents(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None
    ) -> list[dict[str, Any]]:
        return [
            {
                "model": self._model,
                "temperature": 0,
                "max_tokens": self._max_tokens,
                "response_format": {"type": "json_schema", "json_schema": {"name": "ranking", "schema": _SCHEMA}},
                "messages": [
                    {"role": "system", "content": _SYSTEM},
                    {"role": "user", "content": self._prompt(queries.take([row]), k, _one(evidence, row))},
                ],
            }
            for row in range(len(queries))
        ]

    def _deliberation(self, replies: Sequence[Any], queries: QueryBatch, k: int) -> Deliberation:
        items = np.zeros((len(queries), k), dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf)
        sure, thoughts = np.zeros(len(queries)), [""] * len(queries)
        for row, reply in enumerate(replies):
            said = _object(_text(reply))
            allowed = None if queries.candidates is None else set(queries.candidates[row].tolist())
            listed = [item for item in _whole(said.get("items")) if self._is_item(item, allowed)][:k]
            items[row, : len(listed)], scores[row, : len(listed)] = listed, -np.arange(len(listed), dtype=np.float64)
            sure[row] = _fraction(said.get("confidence"))
            thoughts[row] = str(said.get("thought", ""))
        return Deliberation(items, scores, sure if self._calibration is None else self._calibration(sure), thoughts)

    def _is_item(self, item: int, allowed: set[int] | None) -> bool:
        if allowed is not None:
            return item in allowed
        return item >= 0 and (self._n_items is None or item < self._n_items)


def describe(
    queries: QueryBatch,
    k: int,
    evidence: Mapping[str, RankingLike] | None = None,
    titles: Sequence[str] | None = None,
) -> str:
    """Write one query in words.

    Example:
        >>> batch = QueryBatch.of(users=[1], histories=[[0, 1]], evidence_horizon=[0.9], candidates=[[1, 2]])
        >>> print(describe(batch, 2, titles=["Alien", "Heat", "Up"]))
        The user's history, oldest first: 0 (Alien), 1 (Heat).
        Evidence horizon: 0.90 (0: much is known of the user, 1: nothing).
        Candidates: 1 (Heat), 2 (Up).
        Rank the best 2.
    """

    def named(items: Sequence[int]) -> str:
        return ", ".join(_title(item, titles) for item in items) or "none"

    lines = [
        f"The user's history, oldest first: {named(queries.histories[0].tolist()[-50:])}.",
        f"Evidence horizon: {queries.evidence_horizon[0]:.2f} (0: much is known of the user, 1: nothing).",
    ]
    if queries.candidates is not None:
        lines.append(f"Candidates: {named(queries.candidates[0].tolist())}.")
    for name, ranking in (evidence or {}).items():
        kept = ~np.isneginf(np.asarray(ranking.scores, dtype=np.float64)[0])
        lines.append(f"The tool {name} recommends: {named(np.asarray(ranking.items)[0][kept].tolist())}.")
    lines.append(f"Rank the best {k}.")
    return "\n".join(lines)


def _title(item: int, titles: Sequence[str] | None) -> str:
    return f"{item} ({titles[item]})" if titles is not None and 0 <= item < len(titles) else str(item)


def _one(evidence: Mapping[str, RankingLike] | None, row: int) -> dict[str, RankingLike] | None:
    if not evidence:
        return None
    return {
        name: Deliberation(np.asarray(ranking.items)[[row]], np.asarray(ranking.scores)[[row]])
        for name, ranking in evidence.items()
    }


def _text(reply: Any) -> str:
    try:
        return str(reply["choices"][0]["message"]["content"])
    except (KeyError, IndexError, TypeError):
        raise InvalidAnswerError("answer", "no choices[0].message.content", "a chat completion") from None


def _object(text: str) -> Mapping[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    try:
        said = json.loads(text[start : end + 1])
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _whole(items: object) -> list[int]:
    listed = items if isinstance(items, list) else []
    return list(dict.fromkeys(item for item in listed if isinstance(item, int) and abs(item) < 2**62))


def _fraction(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 1 else 0.0
