from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.pipeline import prepare
from rr_data.sources.p5 import P5

USERS = {"1": "A1", "2": "A2", "3": "A3"}
ITEMS = {"0": "B0", "1": "B1", "2": "B2"}


def review(user: str, item: str, **more: Any) -> dict[str, Any]:
    return {
        "reviewerID": user,
        "asin": item,
        "overall": 4.0,
        "summary": "Fine",
        "reviewText": f"{item} is good",
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sequential_data.txt").write_text("1 0 2 0\n2 1\n9 1\n3 2 7\n")
    (tmp_path / "datamaps.json").write_text(json.dumps({"id2user": USERS, "id2item": ITEMS}))
    return tmp_path


def with_reviews(folder: Path) -> Path:
    told = review("A1", "B0", explanation="good B0", feature="B0")
    splits = {
        "train": [told, review("A2", "B1", reviewText="", overall=float("nan"))],
        "val": [review("A1", "B0", overall=1.0)],
        "test": [review("A9", "B1"), "x"],
        "train_indices": list(np.arange(2)),
    }
    (folder / "review_splits.pkl").write_bytes(pickle.dumps(splits, 5))
    exp = {"train": [told], "val": [], "test": [review("A1", "B2", explanation="so good", feature="good")]}
    (folder / "exp_splits.pkl").write_bytes(pickle.dumps(exp, 4))
    (folder / "rating_splits_augmented.pkl").write_bytes(b"never read")
    return folder


def test_sequences(folder: Path) -> None:
    raw = P5().read([folder])
    assert raw.interactions.select("user_id", "item_id", "line").rows() == [
        ("A1", "B0", 1),
        ("A1", "B2", 1),
        ("A1", "B0", 1),
        ("A2", "B1", 2),
        ("A3", "B2", 4),
    ]
    assert raw.rejected.select("line", "reason").rows() == [
        (3, "user 9 is not in datamaps.json"),
        (4, "item 7 is not in datamaps.json"),
    ]
    assert (raw.reviews, raw.explanations, raw.candidates) == (None, None, None)


def test_reviews_and_explanations(folder: Path) -> None:
    raw = P5().read([with_reviews(folder)])
    names = [path.name for path in raw.files]
    assert names == ["sequential_data.txt", "datamaps.json", "review_splits.pkl", "exp_splits.pkl"]
    assert raw.interactions.select("user_id", "item_id", "rating", "file", "line").rows() == [
        ("A1", "B0", 4.0, 2, 1),
        ("A1", "B2", 4.0, 3, 2),
        ("A1", "B0", 1.0, 2, 3),
        ("A2", "B1", None, 2, 2),
        ("A3", "B2", None, 0, 4),
    ]
    assert raw.reviews is not None
    assert raw.reviews.rows() == [
        (2, 1, "Fine", "B0 is good"),
        (2, 3, "Fine", "B0 is good"),
        (3, 2, "Fine", "B2 is good"),
    ]
    assert raw.explanations is not None
    assert raw.explanations.rows() == [(2, 1, "B0", None, "good B0", None), (3, 2, "good", None, "so good", None)]
    assert raw.rejected.filter(file="review_splits.pkl").select("line", "reason").rows() == [
        (5, "a record without reviewerID and asin"),
        (4, "a review of no interaction"),
    ]


def test_candidates(folder: Path) -> None:
    (folder / "negative_samples.txt").write_text("1 1 8\n2 0 2\n2 0\n7 1\n")
    raw = P5().read([folder])
    assert raw.candidates is not None
    assert raw.candidates.rows() == [("A1", ["B1"]), ("A2", ["B0", "B2"])]
    assert raw.rejected.filter(file="negative_samples.txt").height == 3


def test_maps_the_other_way_round(folder: Path) -> None:
    maps = {"user2id": {name: code for code, name in USERS.items()}, "item2id": {n: c for c, n in ITEMS.items()}}
    (folder / "datamaps.json").write_text(json.dumps(maps))
    assert P5().read([folder]).interactions["item_id"].to_list() == ["B0", "B2", "B0", "B1", "B2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "list; expected"),
        ('{"id2user": {}}', "no id2user"),
        ('{"id2user": {"1": "A", "2": "A"}, "id2item": {"0": "B"}}', "are called 'A'"),
        ('{"id2user": {"1": "\\ud800"}, "id2item": {"0": "B"}}', "half a surrogate"),
    ],
)
def test_bad_maps(folder: Path, text: str, message: str) -> None:
    (folder / "datamaps.json").write_text(text)
    with pytest.raises(UnreadableSourceError, match=message):
        P5().read([folder])


def test_refused(folder: Path) -> None:
    (folder / "exp_splits.pkl").write_bytes(pickle.dumps([1]))
    with pytest.raises(UnreadableSourceError, match="no list 'train'"):
        P5().read([folder])
    (folder / "datamaps.json").unlink()
    with pytest.raises(UnreadableSourceError, match=r"no datamaps.json in it; sequences alone"):
        P5().read([folder])


def test_becomes_a_dataset(folder: Path, tmp_path: Path) -> None:
    data = prepare("p5", [with_reviews(folder)], out=tmp_path / "out")
    assert data.manifest.counts["interactions"] == 5
    assert data.reviews is not None
    told = data.interactions["item_id"].gather(data.reviews["row"]).to_list()
    assert sorted(zip(told, data.reviews["text"], strict=True)) == [
        ("B0", "B0 is good"),
        ("B0", "B0 is good"),
        ("B2", "B2 is good"),
    ]
