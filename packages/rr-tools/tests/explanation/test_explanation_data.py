from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from rr_tools import ExplanationData, InvalidDataError

pl = pytest.importorskip("polars")


@dataclass
class Prepared:
    """What is read of a prepared dataset."""

    explanations: object
    interactions: object
    n_users: int = 3
    n_items: int = 4
    checksum: str = "data"
    item_map_checksum: str = "map"


@pytest.fixture
def prepared():
    interactions = pl.DataFrame({"user": [0, 1, 2, 2], "item": [3, 2, 1, 0], "rating": [5.0, None, 3.0, 1.0]})
    explanations = pl.DataFrame(
        {
            "row": [0, 1, 2, 3],
            "feature": ["size", None, "price", "price"],
            "sentence": ["It fits.", "Fine.", "Cheap.", "Context."],
            "part": ["train", "validation", "test", "context"],
        }
    )
    return Prepared(explanations, interactions)


def test_a_prepared_dataset_is_read(prepared):
    data = ExplanationData.from_prepared(prepared)
    assert (data.users.tolist(), data.items.tolist(), data.parts.tolist()) == ([0, 1, 2], [3, 2, 1], [0, 1, 2])
    np.testing.assert_array_equal(data.ratings, [5.0, np.nan, 3.0])
    assert data.texts == ("It fits.", "Fine.", "Cheap.")
    assert data.features == ("size", None, "price")
    assert (data.n_users, data.n_items, data.item_map_checksum, data.dataset_checksum) == (3, 4, "map", "data")


def test_until_validation_trains_on_it_too(prepared):
    assert ExplanationData.from_prepared(prepared, until="validation").parts.tolist() == [0, 0, 2]


def test_a_dataset_without_explanations_says_how_to_get_them(prepared):
    prepared.explanations = None
    with pytest.raises(InvalidDataError, match="--explanations"):
        ExplanationData.from_prepared(prepared)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"users": [0]}, "users has 1 entries for 144 texts"),
        ({"items": np.full(144, 6)}, "items lie in 6..6; allowed: 0..5"),
        ({"parts": np.ones(144, dtype=int)}, "no texts to train on"),
        ({"users": np.zeros(144)}, "users has dtype float64"),
        ({"ratings": np.full(144, np.inf)}, "infinite"),
        ({"features": ["a"]}, "features has 1 entries"),
    ],
)
def test_what_does_not_fit_is_named(said, change, message):
    with pytest.raises(InvalidDataError, match=message):
        replace(said, **change)


def test_the_fingerprint_hangs_on_everything(said):
    texts = ("Another.", *said.texts[1:])
    changed = [replace(said, texts=texts), replace(said, features=None), replace(said, ratings=None)]
    changed.append(replace(said, users=said.users[::-1].copy()))
    prints = {data.fingerprint() for data in (said, *changed)}
    assert len(prints) == 5
    assert replace(said, n_users=said.n_users).fingerprint() == said.fingerprint()
