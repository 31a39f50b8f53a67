"""The service on a Ray cluster: each model a deployment of its own, batched and autoscaled, behind the application."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from fastapi import FastAPI

from rr_planner.protocols import DeliberationLike, RankingLike
from rr_planner.serve.config import ServiceConfig
from rr_planner.serve.replica import Replica, answer_of, question
from rr_planner.serve.service import build_app
from rr_planner.types import QueryBatch

# By name: the training environment has a ray that is older and has other types.
ray_serve: Any = import_module("ray.serve")

APPLICATION = "rr-planner"


class RemoteTool:
    """A tool that runs in a deployment."""

    flops_per_query = math.nan
    idempotent = True

    def __init__(self, name: str) -> None:
        """Remember which."""
        self.name = name

    async def arank(self, queries: QueryBatch, k: int) -> RankingLike:
        """Ask a replica of it."""
        return answer_of(await _handle(self.name).ask.remote(question(queries, k)))


class RemoteReasoner:
    """A reasoner that runs in a deployment."""

    flops_per_query = flops_with_evidence = math.nan

    def __init__(self, name: str) -> None:
        """Remember which."""
        self.name = name

    async def adeliberate(
        self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None = None
    ) -> DeliberationLike:
        """Ask a replica of it."""
        given: Any = answer_of(await _handle(self.name).ask.remote(question(queries, k, evidence)))
        return given  # type: ignore[no-any-return]  # the planner checks it


def build_deployment(config: ServiceConfig) -> Any:
    """Return the application for `ray.serve.run(..., name=APPLICATION)`."""

    def application() -> FastAPI:
        tools = [RemoteTool(tool["name"]) for tool in config.tools]
        return build_app(config, (tools, RemoteReasoner(config.reasoner["name"])))

    front = ray_serve.deployment(ray_serve.ingress(application)(), name="planner")
    models = [_model(config, tool["name"], place) for place, tool in enumerate(config.tools)]
    return front.bind(*models, _model(config, config.reasoner["name"], None))


def run(config: ServiceConfig) -> None:
    """Serve until the process is told to stop, on the cluster that the environment names or a local one."""
    ray_serve.start(http_options={"host": config.server.host, "port": config.server.port})
    ray_serve.run(build_deployment(config), name=APPLICATION, route_prefix="/", blocking=True)


def _model(config: ServiceConfig, name: str, place: int | None) -> Any:
    cluster = config.ray
    batched = ray_serve.batch(max_batch_size=cluster.max_batch, batch_wait_timeout_s=cluster.batch_wait_s)
    deployment = ray_serve.deployment(
        type("BatchedReplica", (Replica,), {"ask": batched(Replica.ask)}),
        name=f"model-{name}",
        ray_actor_options={"num_cpus": cluster.cpus},
        max_ongoing_requests=2 * cluster.max_batch,
        autoscaling_config={
            "min_replicas": cluster.min_replicas,
            "max_replicas": cluster.max_replicas,
            "target_ongoing_requests": cluster.target_ongoing,
        },
    )
    return deployment.bind(config, place)


def _handle(name: str) -> Any:
    return ray_serve.get_deployment_handle(f"model-{name}", app_name=APPLICATION)
