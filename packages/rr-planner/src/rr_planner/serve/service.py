"""A service from its configuration file."""

from __future__ import annotations

from typing import Any

import uvicorn
from fastapi import FastAPI

from rr_planner.observer import Observer
from rr_planner.reload import PolicyFile
from rr_planner.serve.app import create_app
from rr_planner.serve.config import ServiceConfig
from rr_planner.telemetry.metrics import Metrics


def build_app(config: ServiceConfig, models: tuple[list[Any], Any] | None = None) -> FastAPI:
    """Put planner, telemetry and application together; `models` stand in for those of the file if given.

    Raises:
        InvalidPolicyError: a part cannot be used.
        MissingExtraError: a part needs a package that is not installed.
    """
    metrics = Metrics()
    planner = config.planner([metrics, *_traces(config)], models)
    metrics.watch(planner)
    return create_app(
        planner,
        metrics=metrics,
        k=config.k,
        policy_file=PolicyFile(config.policy_path, planner),
        reload_s=config.server.reload_s,
    )


def run(config: ServiceConfig) -> None:
    """Serve until the process is told to stop; requests that are being answered are finished."""
    server = config.server
    uvicorn.run(build_app(config), host=server.host, port=server.port, access_log=False)


def _traces(config: ServiceConfig) -> list[Observer]:
    if not config.server.traces:
        return []
    from rr_planner.telemetry.traces import Traces  # noqa: PLC0415  # asked for by the file alone

    return [Traces()]
