"""`rr-planner serve`: the planner as an HTTP service."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from rr_planner.errors import MissingExtraError
from rr_planner.serve.config import ServiceConfig


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Tell argparse of it."""
    parser = commands.add_parser("serve", help="answer over HTTP")
    parser.add_argument("--config", type=Path, required=True, help="TOML or JSON file, see the README")
    parser.add_argument("--ray", action="store_true", help="on a Ray cluster, each model a deployment of its own")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Iterator[str]:
    """Serve until stopped; the server says where it listens."""
    config = ServiceConfig.read(options.config)
    extra = "ray" if options.ray else "serve"
    try:
        service = importlib.import_module("rr_planner.serve.ray_service" if options.ray else "rr_planner.serve.service")
    except ModuleNotFoundError as error:
        raise MissingExtraError(extra, str(error.name)) from None
    service.run(config)
    yield "stopped"
