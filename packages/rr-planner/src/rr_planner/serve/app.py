"""The HTTP application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from rr_planner import __version__
from rr_planner.errors import InvalidQueryError, NoAnswerError, OverloadedError, PlannerError
from rr_planner.planner import Planner
from rr_planner.records import answer_to_record
from rr_planner.reload import PolicyFile
from rr_planner.resilience.breaker import BreakerState
from rr_planner.resilience.deadline import Deadline
from rr_planner.telemetry.metrics import Metrics
from rr_planner.wire import queries_from_json

_RETRY_AFTER = {"Retry-After": "1"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Query(_Strict):
    """One query."""

    user: int | str = Field(description="The user's id; a model that does not know it answers as for a new user.")
    evidence_horizon: float = Field(ge=0, le=1, description="How little is known of the user: 1 means nothing.")
    history: list[int] = Field(default=[], description="Item ids, oldest first.")
    id: int | str | None = Field(default=None, description="Names the query in answers and ledgers.")
    candidates: list[int] | None = Field(default=None, description="Item ids to rank; the whole catalogue if absent.")
    features: dict[str, int | float | str | bool] | None = Field(default=None, description="Columns of your own.")


class _Options(_Strict):
    k: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Length of the lists.")
    deadline_s: Annotated[float, Field(gt=0)] | None = Field(default=None, description="Of this request, in seconds.")


class Single(Query, _Options):
    """A request with one query."""


class Batch(_Options):
    """A request with several queries: equally many candidates and the same features in each."""

    queries: list[Query]


class Served(BaseModel):
    """An answer: items and scores, who served them, where the query was sent and why, every attempt, what it cost."""

    model_config = ConfigDict(extra="allow")

    items: list[int]
    scores: list[float]
    confidence: float | None
    served_by: str
    degraded: str
    decision: dict[str, Any]


class ServedBatch(BaseModel):
    """The answers in the order of the queries, and why the others have none, by query id."""

    answers: list[Served]
    unanswered: dict[str, list[str]] = {}


class Problem(BaseModel):
    """What was wrong."""

    detail: str


def create_app(
    planner: Planner,
    *,
    metrics: Metrics,
    k: int = 10,
    policy_file: PolicyFile | None = None,
    reload_s: float = 1.0,
) -> FastAPI:
    """Return the application: `/answer`, `/health`, `/ready`, `/metrics`, and OpenAPI under `/docs`.

    Args:
        planner: answers the queries; `metrics` is one of its observers.
        metrics: what `/metrics` shows.
        k: length of the lists where a request does not say.
        policy_file: looked at every `reload_s` seconds.
        reload_s: see there.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch(policy_file, reload_s)) if policy_file else None
        yield
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    app = FastAPI(title="rr-planner", version=__version__, lifespan=lifespan)
    busy: dict[int | str, dict[str, Any]] = {
        422: {"model": Problem, "description": "The request is wrong."},
        503: {"model": Problem, "description": "Overload, or nobody answered."},
    }

    @app.post("/answer", responses=busy, summary="Answer one query or a batch")
    async def answer(request: Single | Batch) -> Served | ServedBatch:
        asked = request.queries if isinstance(request, Batch) else [request]
        queries = queries_from_json([_plain(query) for query in asked])
        deadline = None if request.deadline_s is None else Deadline.after(request.deadline_s)
        causes: dict[str, list[str]] = {}
        try:
            answers = list(await planner.aanswer(queries, request.k or k, deadline=deadline))
        except NoAnswerError as error:
            if isinstance(request, Single):
                raise
            answers = list(error.answers)
            causes = {str(query_id): list(why) for query_id, why in error.causes.items()}
        served = [Served.model_validate(answer_to_record(one)) for one in answers]
        return ServedBatch(answers=served, unanswered=causes) if isinstance(request, Batch) else served[0]

    @app.get("/health", summary="Is the process alive?")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/ready", summary="Can anybody answer, and by which policy?", responses={503: {}})
    async def ready(response: Response) -> dict[str, Any]:
        states = {name: state.value for name, state in planner.breakers.items()}
        able = any(state != BreakerState.OPEN for state in planner.breakers.values())
        response.status_code = 200 if able else 503
        policy = planner.policy
        error = policy_file.error if policy_file else ""
        return {
            "ready": able,
            "breakers": states,
            "policy": policy.name,
            "policy_hash": policy.hash,
            "policy_error": error,
        }

    @app.get("/metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
    async def show() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.exception_handler(PlannerError)
    async def refuse(_: Request, error: PlannerError) -> JSONResponse:
        if isinstance(error, InvalidQueryError) or (isinstance(error, ValueError) and not hasattr(error, "causes")):
            return JSONResponse({"detail": str(error)}, 422)
        headers = _RETRY_AFTER if isinstance(error, OverloadedError) else None
        return JSONResponse({"detail": str(error)}, 503, headers)

    @app.exception_handler(RequestValidationError)
    async def explain(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in ("body", "Single", "Batch"))
        return JSONResponse({"detail": f"{place or 'body'}: {first['msg']}"}, 422)

    return app


async def _watch(policy_file: PolicyFile, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await asyncio.to_thread(policy_file.poll)


def _plain(query: Query) -> dict[str, Any]:
    return query.model_dump(exclude_none=True, exclude={"k", "deadline_s"})
