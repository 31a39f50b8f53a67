"""Small texts that have something to learn: what is said hangs on the item, how much it is liked on the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rr_tools import ExplanationData
from rr_tools.runtime.explainer import likeliest
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import BOS, EOS

N_USERS, N_ITEMS = 24, 6
NOUNS = ("card", "box", "film", "song", "shoe", "lamp")
SENTENCES = ("A great {}.", "A poor thing, this {}.")  # what is said last is said when the shorter one has ended
QUICK = {
    "max_words": 8,
    "batch_size": 16,
    "epochs": 15,
    "learning_rate": 0.02,
    "dropout": 0.1,
}
SMALL = {
    "attn2seq": {"attribute_size": 16, "hidden_size": 32, "layers": 2},
    "nrt": {"latent_size": 16, "hidden_size": 32, "epochs": 30},
    "peter": {"hidden_size": 32, "inner_size": 64},
}


def spoken(n_users: int = N_USERS, n_items: int = N_ITEMS) -> ExplanationData:
    """Every user on every item; a validation and a test text a user."""
    users, items = (grid.ravel() for grid in np.meshgrid(np.arange(n_users), np.arange(n_items), indexing="ij"))
    liked = users % 2
    parts = np.where(items == users % n_items, 1, np.where(items == (users + 1) % n_items, 2, 0))
    return ExplanationData(
        users=users,
        items=items,
        texts=[SENTENCES[like].format(NOUNS[item]) for like, item in zip(liked, items, strict=True)],
        parts=parts if n_items > 2 else np.zeros(len(users), dtype=np.int64),
        n_users=n_users,
        n_items=n_items,
        ratings=5.0 - 3.0 * liked,
        features=[NOUNS[item] for item in items],
        item_map_checksum="map",
        dataset_checksum="data",
    )


@pytest.fixture(scope="session")
def said() -> ExplanationData:
    return spoken()


@pytest.fixture(scope="session")
def make_said() -> Callable[..., ExplanationData]:
    return spoken


@pytest.fixture(scope="session")
def torch_texts() -> Callable[..., list[str]]:
    """What a network writes for contexts [B, 4], each word from the whole prefix: slow, and what serving must equal."""

    def texts(network: Any, inputs: ExplanationInputs, context: NDArray[np.int64]) -> list[str]:
        torch = pytest.importorskip("torch")
        words = np.full((len(context), 1), BOS)
        with torch.no_grad():
            for place in range(inputs.longest):
                logits = network(torch.from_numpy(context), torch.from_numpy(words)).words[:, -1]
                words = np.column_stack([words, likeliest(logits.numpy(), first=place == 0)])
        ends = [np.append(np.flatnonzero(row == EOS), len(row))[0] for row in words]
        return [inputs.vocabulary.text(row[1:end].tolist()) for row, end in zip(words, ends, strict=True)]

    return texts


@pytest.fixture(scope="session")
def quick() -> Callable[[str], dict[str, object]]:
    """Options that make a model's training quick."""
    return lambda name: {**QUICK, **SMALL.get(name, {})}
