from __future__ import annotations

import json
from pathlib import Path

import pytest

from rr_data.sources.amazon_2023 import Amazon2023

from .samples_amazon import DAY, PAIRS, START, amazon_2023, amazon_2023_ratings

GOOD = {"user_id": "A1", "parent_asin": "P1", "asin": "V1", "rating": 0.0, "timestamp": 1_588_687_728_999}


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def test_sample(tmp_path: Path) -> None:
    raw = Amazon2023().read(amazon_2023(tmp_path))
    assert raw.interactions.select("user_id", "item_id").rows() == PAIRS
    assert raw.interactions["timestamp"].to_list() == [START + number * DAY for number in range(12)]
    assert raw.rejected.is_empty()
    assert raw.items is not None
    assert raw.items.row(2, named=True) == {
        "item_id": "B03",
        "domain": None,
        "title": "Tea no. 3",
        "text": "Brand: Acme. A tea.",
        "year": None,
        "categories": ["Grocery", "Tea"],
        "image_url": "https://images.example/B03.jpg",
    }
    assert raw.reviews is not None
    assert raw.reviews.row(0) == (0, 1, "Title 0", "Text 0")


def test_rating_zero_keeps_the_interaction(tmp_path: Path) -> None:
    raw = Amazon2023().read([write(tmp_path / "r.jsonl", GOOD)])
    assert raw.interactions.rows() == [("A1", "P1", 1_588_687_728, None, 0, 1)]
    assert raw.rejected.is_empty()


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        (None, None),
        ([], None),
        ([{"large": "a"}, {"variant": "MAIN", "large": "b", "hi_res": "c"}], "b"),
        ([{"variant": "MAIN", "large": None, "hi_res": "c", "thumb": "t"}], "c"),
        ([{"variant": "MAIN", "large": None, "hi_res": "", "thumb": "t"}, {"large": "x"}], "t"),
        ([{"variant": "MAIN"}, {"variant": "PT01", "thumb": "p"}], "p"),
    ],
)
def test_pictures(tmp_path: Path, pictures: object, expected: str | None) -> None:
    meta = write(tmp_path / "meta.jsonl", {"parent_asin": "P1", "images": pictures})
    items = Amazon2023().read([write(tmp_path / "r.jsonl", GOOD), meta]).items
    assert items is not None
    assert items["image_url"].to_list() == [expected]


@pytest.mark.parametrize("pictures", ["u", ["u"], {"large": ["u"]}, [{"large": 3}]])
def test_pictures_of_a_wrong_type(tmp_path: Path, pictures: object) -> None:
    meta = write(tmp_path / "meta.jsonl", {"parent_asin": "P1", "images": pictures})
    raw = Amazon2023().read([write(tmp_path / "r.jsonl", GOOD), meta])
    assert raw.interactions.height == 1
    assert raw.rejected["line"].to_list() == [1]


def test_ratings_with_header(tmp_path: Path) -> None:
    raw = Amazon2023().read([*amazon_2023_ratings(tmp_path), amazon_2023(tmp_path)[1]])
    assert raw.interactions.select("user_id", "item_id").rows() == PAIRS
    assert raw.interactions["timestamp"].to_list() == [START + number * DAY for number in range(12)]
    assert raw.interactions["line"].to_list() == list(range(2, 14))
    assert raw.reviews is None
    assert raw.items is not None
    assert raw.items.height == 4


def test_ratings_without_header_and_with_history_beside_reviews(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("A1,P1,0.0,1588687728999,\r\nA1,P2,4,1588687729000,P1 P7\r\n")
    raw = Amazon2023().read([tmp_path / "a.csv", write(tmp_path / "r.jsonl", GOOD | {"title": "T"})])
    assert raw.interactions.rows() == [
        ("A1", "P1", 1_588_687_728, None, 0, 1),
        ("A1", "P2", 1_588_687_729, 4.0, 0, 2),
        ("A1", "P1", 1_588_687_728, None, 1, 1),
    ]
    assert raw.reviews is not None
    assert raw.reviews.rows() == [(1, 1, "T", None)]
