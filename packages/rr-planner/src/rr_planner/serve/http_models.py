"""Models behind HTTP: a service of the team's own, spoken to in the planner's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.resilience.deadline import Deadline
from rr_planner.types import Deliberation, QueryBatch
from rr_planner.wire import queries_to_json, ranking_from_json, ranking_to_json

_UNKNOWN = float("nan")


class Endpoint:
    """POSTs JSON and reads JSON, waiting or awaiting; connections are kept.

    Args:
        url: where to.
        timeout_s: of one call; a deadline shortens it.
        headers: sent with each call, such as `Authorization`.
        transport: of httpx, in tests; one that can both wait and await.
    """

    def __init__(
        self, url: str, *, timeout_s: float = 30.0, headers: Mapping[str, str] | None = None, transport: Any = None
    ) -> None:
        """Open no connection yet."""
        self.url, self._timeout_s = url, timeout_s
        self._options: dict[str, Any] = {"headers": dict(headers or {}), "transport": transport}
        self._client = httpx.Client(**self._options)
        self._awaited: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None

    def post(self, content: Mapping[str, Any], deadline: Deadline | None) -> Any:
        """Return the answer.

        Raises:
            httpx.HTTPError: no answer, or a status that is no success; the planner reads the status off it.
        """
        return _content(self._client.post(self.url, json=content, timeout=self._timeout(deadline)))

    async def apost(self, content: Mapping[str, Any], deadline: Deadline | None) -> Any:
        """Await the answer; raises like `post`."""
        return _content(await self._async_client().post(self.url, json=content, timeout=self._timeout(deadline)))

    def _async_client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if self._awaited is None or self._awaited[0] is not loop:  # connections belong to the loop that opened them
            self._awaited = loop, httpx.AsyncClient(**self._options)
        return self._awaited[1]

    def _timeout(self, deadline: Deadline | None) -> float:
        return self._timeout_s if deadline is None else max(1e-3, min(self._timeout_s, deadline.remaining()))


class HttpTool:
    """A tool behind HTTP: it is sent `{"queries": [...], "k": 10}` and answers with items, scores, confidence.

    The shapes are those of `rr_planner.wire`. A query may be asked twice at the same time, so late calls may be hedged.

    Args:
        name: unique among the tools of a planner.
        url: of the service.
        flops_per_query: NaN where unknown.
        options: of `Endpoint`.
    """

    accepts_deadline = True
    idempotent = True

    def __init__(self, name: str, url: str, *, flops_per_query: float = _UNKNOWN, **options: Any) -> None:
        """Remember where it is."""
        self.name, self.flops_per_query = name, flops_per_query
        self._endpoint = Endpoint(url, **options)

    def rank(self, queries: QueryBatch, k: int, *, deadline: Deadline | None = None) -> RankingLike:
        """Ask the service."""
        if len(queries) == 0:
            return _nothing(k)
        return ranking_from_json(self._endpoint.post(_question(queries, k), deadline))

    async def arank(self, queries: QueryBatch, k: int, *, deadline: Deadline | None = None) -> RankingLike:
        """Ask the service."""
        if len(queries) == 0:
            return _nothing(k)
        return ranking_from_json(await self._endpoint.apost(_question(queries, k), deadline))


class HttpReasoner:
    """A reasoner behind HTTP: as `HttpTool`, with the tools' answers by name under `evidence` and `thoughts` in return.

    Args:
        name: differs from the tools' names.
        url: of the service.
        flops_per_query: of a query without evidence; NaN where unknown.
        flops_with_evidence: of a query with evidence; NaN where unknown.
        options: of `Endpoint`.
    """

    accepts_deadline = True

    def __init__(
        self,
        name: str,
        url: str,
        *,
        flops_per_query: float = _UNKNOWN,
        flops_with_evidence: float = _UNKNOWN,
        **options: Any,
    ) -> None:
        """Remember where it is."""
        self.name, self.flops_per_query, self.flops_with_evidence = name, flops_per_query, flops_with_evidence
        self._endpoint = Endpoint(url, **options)

    def deliberate(
        self,
        queries: QueryBatch,
        k: int,
        evidence: Mapping[str, RankingLike] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> Deliberation:
        """Ask the service."""
        if len(queries) == 0:
            return _nothing(k)
        return _deliberation(self._endpoint.post(_question(queries, k, evidence), deadline), len(queries))

    async def adeliberate(
        self,
        queries: QueryBatch,
        k: int,
        evidence: Mapping[str, RankingLike] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> Deliberation:
        """Ask the service."""
        if len(queries) == 0:
            return _nothing(k)
        return _deliberation(await self._endpoint.apost(_question(queries, k, evidence), deadline), len(queries))


def _question(queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"queries": queries_to_json(queries), "k": k}
    if evidence:
        content["evidence"] = {name: ranking_to_json(ranking) for name, ranking in evidence.items()}
    return content


def _nothing(k: int) -> Deliberation:
    """Return the answer to no query: JSON cannot tell how long its lists would be."""
    return Deliberation(np.empty((0, k), dtype=np.int64), np.empty((0, k)), np.empty(0))


def _deliberation(content: Any, size: int) -> Deliberation:
    ranking = ranking_from_json(content)
    if isinstance(ranking, Deliberation):
        return ranking
    return Deliberation(ranking.items, ranking.scores, ranking.confidence, ("",) * size)


def _content(response: httpx.Response) -> Any:
    response.raise_for_status()
    try:
        return response.json()
    except ValueError:
        raise InvalidAnswerError("answer", f"no JSON: {response.text[:60]!r}", "a JSON object") from None
