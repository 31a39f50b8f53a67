"""Small data and trained tools that the tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rr_tools
from rr_tools import HistoryQueries, MissingExtraError, RuntimeTool, TrainingData

N_ITEMS = 20
N_USERS = 60
SMALL: dict[str, dict[str, Any]] = {
    "sasrec": {"hidden_size": 16, "inner_size": 32, "max_length": 8, "batch_size": 16, "epochs": 12},
    "bpr": {"embedding_size": 8, "batch_size": 128, "epochs": 10},
}


def ring_data(n_users: int = N_USERS, n_items: int = N_ITEMS, seed: int = 0) -> TrainingData:
    """Users who walk round a ring of items, one step at a time with rare jumps; the next step is held out."""
    rng = np.random.default_rng(seed)
    sequences = []
    for _ in range(n_users):
        steps = np.where(rng.random(rng.integers(4, 13)) < 0.9, 1, 3)
        sequences.append((rng.integers(n_items) + np.cumsum(steps)) % n_items)
    return TrainingData(
        items=np.concatenate([sequence[:-1] for sequence in sequences]),
        offsets=np.concatenate([[0], np.cumsum([len(sequence) - 1 for sequence in sequences])]),
        n_items=n_items,
        validation=np.array([sequence[-1] for sequence in sequences]),
        item_map_checksum="map",
        dataset_checksum="data",
    )


def ask(histories: list[list[int]], users: list[int] | None = None, candidates: Any = None) -> HistoryQueries:
    """Queries from plain lists."""
    return HistoryQueries(
        users=np.array(users if users is not None else [-1] * len(histories), dtype=np.int64),
        histories=[np.array(history, dtype=np.int64) for history in histories],
        candidates=None if candidates is None else np.array(candidates, dtype=np.int64),
    )


@pytest.fixture(scope="session")
def ring() -> TrainingData:
    return ring_data()


@pytest.fixture(scope="session")
def make_queries() -> Callable[..., HistoryQueries]:
    return ask


@pytest.fixture(scope="session")
def make_ring() -> Callable[..., TrainingData]:
    return ring_data


@pytest.fixture(scope="session")
def small_config() -> Callable[[str], dict[str, Any]]:
    """Options that make a model's training quick; a model without an entry trains with its defaults."""
    return lambda name: SMALL.get(name, {})


@pytest.fixture(scope="session", params=rr_tools.available())
def model_name(request: pytest.FixtureRequest) -> str:
    """Every registered model that the environment can train."""
    try:
        rr_tools.get_model(request.param)
    except MissingExtraError as error:
        pytest.skip(str(error))
    return str(request.param)


@pytest.fixture(scope="session")
def artifact(model_name: str, ring: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of every registered model."""
    out = tmp_path_factory.mktemp("artifacts") / model_name
    return rr_tools.train(model_name, ring, out=out, config=SMALL.get(model_name))


@pytest.fixture(scope="session")
def tool(artifact: Path) -> RuntimeTool:
    return rr_tools.load_tool(artifact)


@pytest.fixture
def transition_artifact(ring: TrainingData, tmp_path: Path) -> Path:
    """A fresh artifact that a test may damage; needs the base install only."""
    return rr_tools.train("item-transition", ring, out=tmp_path / "tool")
