"""Small data and trained tools that the tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rr_tools
from rr_tools import HistoryQueries, ItemAttributes, MissingExtraError, RuntimeTool, TrainingData

N_ITEMS = 20
N_USERS = 60
N_FEATURES = 12
QUICK = {"hidden_size": 16, "max_length": 8, "batch_size": 16, "hidden_dropout": 0.1, "learning_rate": 0.01}
CTR_MODELS = ("afn+", "autoint+", "dcnv2", "dhen", "dlrm", "finalmlp", "masknet", "xdeepfm")
CTR_QUICK = {"hidden_size": 32, "learning_rate": 0.01, "batch_size": 64, "epochs": 10, "patience": 4}
SMALL: dict[str, dict[str, Any]] = {
    "bpr": {"embedding_size": 8, "batch_size": 128, "epochs": 10},
    "bpr-mlp": {"embedding_size": 8, "hidden_size": 12, "batch_size": 128, "epochs": 10},
    "lightgcn": {"embedding_size": 8, "batch_size": 256, "epochs": 10},
    "lightsans": {**QUICK, "inner_size": 32, "epochs": 5},
    "nextitnet": {**QUICK, "epochs": 20},
    "s3rec": {**QUICK, "inner_size": 32, "epochs": 10, "pretraining_epochs": 2},
    "sasrec": {**QUICK, "inner_size": 32, "epochs": 10},
    **dict.fromkeys(CTR_MODELS, CTR_QUICK),
    **{key: {**CTR_QUICK, "hidden_size": 64, "epochs": 20, "patience": 10} for key in ("dlrm", "finalmlp", "masknet")},
    "afn+": {**CTR_QUICK, "epochs": 25, "patience": 25},  # these two learn the ring whatever the seed
    "dcnv2": {**CTR_QUICK, "hidden_size": 64, "learning_rate": 0.005, "epochs": 20, "patience": 20},
    "nextitnet+v": {**QUICK, "epochs": 40, "patience": 20},
    "sasrec+v": {**QUICK, "inner_size": 32, "epochs": 25, "patience": 15},
}


def small_options(name: str) -> dict[str, Any]:
    """Options that make a model's training quick; a model without an entry trains with its defaults."""
    return SMALL.get(name, SMALL.get(name.removesuffix("+v"), {}))


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
        attributes=ItemAttributes.of_names([["even" if item % 2 == 0 else "odd"] for item in range(n_items)]),
        features=rng.normal(size=(n_items, N_FEATURES)).astype(np.float32),
        titles=tuple(f"film {item} after {(item - 1) % n_items}" for item in range(n_items)),
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
    return small_options


@pytest.fixture(scope="session", params=rr_tools.available())
def model_name(request: pytest.FixtureRequest) -> str:
    """Every registered model that ranks and that the environment can train."""
    try:
        model = rr_tools.get_model(request.param)
    except MissingExtraError as error:
        pytest.skip(str(error))
    if model.task == "explanation":
        pytest.skip("ranks nothing; tests/explanation/test_explainer_contract.py is its contract")
    return str(request.param)


@pytest.fixture(scope="session")
def artifact(model_name: str, ring: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of every registered model."""
    out = tmp_path_factory.mktemp("artifacts") / model_name
    return rr_tools.train(model_name, ring, out=out, config=small_options(model_name))


@pytest.fixture(scope="session")
def tool(artifact: Path) -> RuntimeTool:
    return rr_tools.load_tool(artifact)


@pytest.fixture
def transition_artifact(ring: TrainingData, tmp_path: Path) -> Path:
    """A fresh artifact that a test may damage; needs the base install only."""
    return rr_tools.train("item-transition", ring, out=tmp_path / "tool")


@pytest.fixture(scope="session")
def click_artifact(ring: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of a click-through model."""
    out = tmp_path_factory.mktemp("clicks") / "dcnv2"
    try:
        return rr_tools.train("dcnv2", ring, out=out, config=small_options("dcnv2"))
    except MissingExtraError as error:
        pytest.skip(str(error))
