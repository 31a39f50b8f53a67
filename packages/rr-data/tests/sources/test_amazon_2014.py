from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.amazon_2014 import Amazon2014
from rr_data.sources.source import RAW_INTERACTIONS, RAW_ITEMS, RAW_REVIEWS, Source

from .samples_amazon import DAY, PAIRS, START, amazon_2014


def test_sample(tmp_path: Path) -> None:
    paths = amazon_2014(tmp_path)
    raw = Amazon2014().read(paths)
    assert isinstance(Amazon2014(), Source)
    assert raw.files == tuple(paths)
    assert raw.rejected.is_empty()
    assert raw.interactions.schema == RAW_INTERACTIONS
    assert raw.interactions.select("user_id", "item_id").rows() == PAIRS
    assert raw.interactions["timestamp"].to_list() == [START + number * DAY for number in range(12)]
    assert raw.interactions["rating"].to_list() == [1.0 + number % 5 for number in range(12)]
    assert raw.interactions["line"].to_list() == list(range(1, 13))
    assert raw.items is not None
    assert raw.items.schema == RAW_ITEMS
    assert raw.items.row(0, named=True) == {
        "item_id": "B01",
        "domain": None,
        "title": "Tea &amp; more, no. 1",
        "text": "Brand: Acme. It's a <b>tea</b>.",
        "year": None,
        "categories": ["Grocery", "Tea", "Gifts"],
        "image_url": "http://images.example/B01.jpg",
    }
    assert raw.reviews is not None
    assert raw.reviews.schema == RAW_REVIEWS
    assert raw.reviews.row(3) == (0, 4, "Title 3", "Text 3")


def test_items_need_only_their_id(tmp_path: Path) -> None:
    reviews, meta = amazon_2014(tmp_path)
    meta.write_text("{'asin': 'B01'}\n")
    items = Amazon2014().read([reviews, meta]).items
    assert items is not None
    assert items.rows() == [("B01", None, None, None, None, [], None)]


def test_bad_item_records_cost_no_interaction(tmp_path: Path) -> None:
    reviews, meta = amazon_2014(tmp_path)
    lines = gzip.decompress(meta.read_bytes()).splitlines()
    bad = [b"{'asin': __import__('os')}", b"{'title': 'x'}", b"{'asin': 'B05', 'imUrl': 3}", b"['asin']", b"(" * 9999]
    meta.write_bytes(gzip.compress(b"\n".join([*bad, *lines, lines[0]])))
    raw = Amazon2014().read([meta, reviews])
    assert raw.interactions.height == 12
    assert raw.interactions["file"].unique().to_list() == [1]
    assert raw.items is not None
    assert raw.items["item_id"].to_list() == ["B01", "B02", "B03", "B04"]
    assert raw.rejected["file"].unique().to_list() == ["meta_Tea.json.gz"]
    assert raw.rejected.select("line", "reason").rows() == [
        (1, "neither JSON nor a Python literal, from character 10"),
        (2, "asin: missing"),
        (3, "imUrl: received 3; expected text"),
        (4, "a list; expected a record with named fields"),
        (5, "nested deeper than 20"),
        (10, "item B01 again"),
    ]


def test_reviews_without_texts(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(
        '{"reviewerID": "A", "asin": "B", "unixReviewTime": 5, "reviewText": "", "x": NaN}\n'
    )
    raw = Amazon2014().read([tmp_path / "r.json"])
    assert raw.interactions.rows() == [("A", "B", 5, None, 0, 1)]
    assert raw.items is None
    assert raw.reviews is not None
    assert raw.reviews.is_empty()


def test_another_format_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"user_id": "A"}\n')
    with pytest.raises(
        UnreadableSourceError, match=r"not one review of Amazon Reviews 2014.*line 1: reviewerID: missing"
    ):
        Amazon2014().read([tmp_path / "r.json"])
    with pytest.raises(UnreadableSourceError, match="no path"):
        Amazon2014().read([])
    with pytest.raises(UnreadableSourceError, match="no such file"):
        Amazon2014().read([tmp_path / "x.json"])
